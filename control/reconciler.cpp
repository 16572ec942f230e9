// Waits: 1 ms for what a change brings with it, 5 ms after a round for more to gather (longer when a round costs more,
// so that it never takes over a fifth of the time), 100 ms doubling to 5 s between tries to connect, and the same after
// a refusal.
#include "control/reconciler.hpp"

#include <algorithm>
#include <ctime>

#include <spdlog/spdlog.h>

namespace sluice::control {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds follow{1};
constexpr milliseconds gather{5};
constexpr int cost_share = 4;
constexpr milliseconds least_patience{100};
constexpr milliseconds most_patience{5'000};
constexpr auto idle_wait = std::chrono::seconds(1);

// What this thread has had of the processor. On a busy machine a round takes longer and is no more work.
std::chrono::nanoseconds thread_time()
{
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

} // namespace

Reconciler::Reconciler(std::string socket_path, ReconcilerHooks hooks, int answer_timeout_ms)
    : socket_path_(std::move(socket_path))
    , hooks_(std::move(hooks))
    , answer_timeout_ms_(answer_timeout_ms)
    , patience_(least_patience)
{
}

int Reconciler::descriptor() const
{
    return client_ ? client_->descriptor() : -1;
}

void Reconciler::mark_dirty(Clock::time_point now)
{
    if (!dirty_due_) dirty_due_ = std::max(now + follow, rest_until_);
}

Reconciler::Clock::time_point Reconciler::step(Clock::time_point now)
{
    if (client_ && !client_->poll_events(0)) lose(now, "the dataplane closed the connection");
    if (!client_) {
        if (now >= retry_due_) connect(now);
    } else if (dirty_due_ && now >= std::max(*dirty_due_, retry_due_)) {
        (void)program(now); // a refusal is kept in error_ and tried again
    }
    if (!client_) return retry_due_;
    return dirty_due_ ? std::max(*dirty_due_, retry_due_) : now + idle_wait;
}

void Reconciler::connect(Clock::time_point now)
{
    auto client = api::Client::connect(socket_path_, "sluice-control");
    if (!client) return lose(now, client.error().text());
    client_ = std::move(*client);
    client_->on_event = [this](const api::Reply& event) {
        if (event.has_neighbor_wanted())
            hooks_.neighbor_wanted(event.neighbor_wanted().interface(), event.neighbor_wanted().address());
    };
    if (const auto greeted = greet(); !greeted) return lose(now, greeted.error().text());
    (void)program(now);
}

Result<void> Reconciler::greet()
{
    const api::Hello& hello = client_->peer();
    api::Request request;
    request.mutable_query()->set_topic(api::PROGRAMMED);
    const auto reply = client_->call(request, answer_timeout_ms_);
    if (!reply) return tl::unexpected(reply.error());
    if (!reply->has_programmed()) return fail("dataplane", "answered the question for its tables with something else");
    const bool is_new = start_identity_ != hello.start_identity();
    start_identity_ = hello.start_identity();
    ++tally_.connections;
    tally_.dataplane_starts += is_new ? 1 : 0;
    generation_ = reply->programmed().generation();
    programmed_ = to_set(reply->programmed().objects());
    spdlog::info("event=dataplane_connected node={} new={} generation={} objects={}", hello.node(), is_new, generation_,
                 programmed_.size());
    hooks_.connected(hello, programmed_);
    return {};
}

Result<Reconciler::Counts> Reconciler::program(Clock::time_point now)
{
    if (!client_) return fail("dataplane", error_.empty() ? "is not connected" : error_);
    const Moment started{Clock::now(), thread_time()};
    dirty_due_.reset();
    api::Transaction transaction = delta(programmed_, hooks_.wanted(programmed_));
    const bool told = !is_empty(transaction);
    const auto result = told ? send(std::move(transaction)) : Result<Counts>(Counts{});
    settle(started, now, result);
    if (result) hooks_.settled(told);
    return result;
}

Result<Reconciler::Counts> Reconciler::send(api::Transaction transaction)
{
    transaction.set_generation(generation_ + 1);
    api::Request request;
    *request.mutable_transaction() = transaction;
    const auto reply = client_->call(std::move(request), answer_timeout_ms_);
    if (!reply) return tl::unexpected(reply.error());
    if (!reply->has_committed()) return fail("dataplane", "answered a transaction with something else");
    ++tally_.committed;
    record(programmed_, transaction);
    generation_ = reply->committed().generation();
    const Counts counts{static_cast<std::uint32_t>(transaction.remove_size()),
                        static_cast<std::uint32_t>(transaction.upsert_size())};
    spdlog::info("event=committed generation={} removed={} upserted={}", generation_, counts.removed, counts.upserted);
    return counts;
}

// A refused transaction changed nothing: it is tried again, since what it collided with may go.
void Reconciler::settle(const Moment& started, Clock::time_point now, const Result<Counts>& result)
{
    const auto work = std::max<Clock::duration>(gather, (thread_time() - started.processor) * cost_share);
    rest_until_ = now + (Clock::now() - started.time) + work;
    if (result) {
        error_.clear();
        settled_ = true;
        patience_ = least_patience;
        retry_due_ = now;
        return;
    }
    if (!client_->connected()) return lose(now, result.error().text());
    ++tally_.refused;
    const std::string why = "transaction refused: " + result.error().text();
    if (error_ != why) spdlog::error("event=transaction_refused error=\"{}\"", result.error().text());
    error_ = why;
    back_off(now);
    dirty_due_ = retry_due_;
}

void Reconciler::lose(Clock::time_point now, const std::string& why)
{
    if (error_ != why) spdlog::warn("event=dataplane_lost error=\"{}\"", why);
    error_ = why;
    client_.reset();
    settled_ = false;
    dirty_due_.reset(); // every connection begins with a round anyway
    back_off(now);
}

void Reconciler::back_off(Clock::time_point now)
{
    retry_due_ = now + patience_;
    patience_ = std::min(patience_ * 2, most_patience);
}

} // namespace sluice::control
