// The dataplane's answer costs it a look at every session (50 ns each), in the thread that also programs the tables.
// So an answer counts for a second, or for twenty times what it cost: scrapes never take over a twentieth of that
// thread, however many there are.
#include "control/metrics/collector.hpp"

#include <algorithm>

#include <prometheus/metric_family.h>

#include "control/metrics/table.hpp"
#include "dataplane/api/client.hpp"

namespace sluice::control::metrics {
namespace {

constexpr int patience_ms = 2'000; // for the greeting, and again for the answer; Prometheus waits for 10 s
constexpr std::chrono::seconds least_fresh{1};
constexpr int cost_share = 20;

std::optional<api::Metrics> ask(const std::string& socket)
{
    auto client = api::Client::connect(socket, "sluice-control metrics", patience_ms);
    if (!client) return std::nullopt;
    api::Request request;
    request.mutable_query()->set_topic(api::METRICS);
    auto reply = client->call(std::move(request), patience_ms);
    if (!reply || !reply->has_metrics()) return std::nullopt;
    return std::move(*reply->mutable_metrics());
}

} // namespace

void Collector::refresh() const
{
    const Clock::time_point started = Clock::now();
    if (started < fresh_until_) return;
    dataplane_ = ask(socket_);
    const Clock::time_point done = Clock::now();
    const Clock::duration by_cost = dataplane_ ? (done - started) * cost_share : Clock::duration{};
    fresh_until_ = done + std::max<Clock::duration>(least_fresh, by_cost);
}

std::vector<prometheus::MetricFamily> Collector::Collect() const
{
    const std::lock_guard guard(mutex_);
    refresh();
    const auto [control, when] = board_.read();
    const double age = std::chrono::duration<double>(Board::Clock::now() - when).count();
    return families({dataplane_ ? &*dataplane_ : nullptr, *control, age});
}

} // namespace sluice::control::metrics
