// What a new NAT session costs in a table of a million, and what its end costs. Hidden: `table-test "[bench]"` prints
// the figures of the READMEs. Cycles are the TSC's; minimum and median over windows of 1,024 sessions, so that windows
// in which the thread was preempted fall out.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <random>
#include <vector>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

#include "dataplane/base/prefetch.hpp"
#include "dataplane/table/port_blocks.hpp"
#include "tests/unit/table/flows.hpp"
#include "tests/unit/table/protocols.hpp"

namespace sluice::table {
namespace {

constexpr std::uint32_t live = 1'000'000;
constexpr std::uint32_t window = 1'024;

std::uint64_t cycles()
{
#if defined(__x86_64__)
    return __rdtsc();
#else
    return 0;
#endif
}

struct Costs {
    std::vector<double> windows;
    void add(std::uint64_t begun) { windows.push_back(static_cast<double>(cycles() - begun) / window); }
    void print(const char* what)
    {
        std::sort(windows.begin(), windows.end());
        std::printf("  %-24s %6.0f min %6.0f median\n", what, windows.front(), windows[windows.size() / 2]);
    }
};

// A node whose subscribers begin and end sessions in random order.
class Node {
public:
    explicit Node(std::uint32_t subscribers)
        : subscribers_(subscribers)
        , table_(live + live / 4, Hasher::random())
    {
        PortBlocks::Settings settings;
        settings.subscribers = subscribers;
        const std::uint32_t blocks = subscribers * (1 + live / subscribers / 128);
        for (std::uint32_t i = 0; i < 2 * blocks / 252 + 2; ++i)
            settings.addresses.push_back(0xCB000000 + i);
        pool_ = std::make_unique<PortBlocks>(settings, Hasher::random());
        sessions_.reserve(live + window);
    }

    void begin(std::uint32_t count)
    {
        for (std::uint32_t i = 0; i < count; ++i) {
            const auto subscriber = static_cast<std::uint32_t>(random_() % subscribers_);
            const auto lease = pool_->take(std::uint64_t{1} << 32 | subscriber, udp);
            if (!lease) ++refused_;
            if (!lease) continue;
            Pair<FlowKey4> pair;
            pair.forward.key = {
                subscriber, static_cast<std::uint32_t>(random_()), static_cast<std::uint16_t>(++flow_), 443, 1, udp, 0};
            pair.forward.new_source = lease->address;
            pair.forward.new_source_port = lease->port;
            pair.reverse.key = {pair.forward.key.destination, lease->address, 443, lease->port, 0, udp, 0};
            pair.cold.pool = 1;
            pair.cold.lease = lease->handle;
            const Inserted made = table_.insert(pair, own_);
            if (made.result != Insert::inserted) {
                ++refused_;
                pool_->give_back(lease->handle, udp);
            } else {
                sessions_.push_back(made.entry / 2);
            }
        }
        table_.settle(own_);
    }

    void choose_leaving()
    {
        for (std::uint32_t i = 0; i < window; ++i)
            std::swap(sessions_[random_() % sessions_.size()], sessions_[sessions_.size() - 1 - i]);
    }

    // As ageing does it: in batches, prefetched.
    void end()
    {
        constexpr std::uint32_t batch = 16;
        for (std::uint32_t done = 0; done < window; done += batch) {
            const std::uint32_t* leaving = &sessions_[sessions_.size() - batch];
            for (std::uint32_t i = 0; i < batch; ++i) {
                table_.prefetch_scan(leaving[i]);
                table_.prefetch_entry(2 * leaving[i] + 1);
                prefetch_to_read(&table_.cold(2 * leaving[i]));
            }
            for (std::uint32_t i = 0; i < batch; ++i) {
                table_.prefetch_unlink(leaving[i]);
                pool_->prefetch(table_.cold(2 * leaving[i]).lease);
            }
            for (std::uint32_t i = 0; i < batch; ++i)
                if (!table_.unlink(leaving[i])) ++refused_;
            for (std::uint32_t i = 0; i < batch; ++i)
                if (!pool_->give_back(table_.cold(2 * leaving[i]).lease, udp)) ++refused_;
            table_.release({leaving, batch});
            sessions_.resize(sessions_.size() - batch);
        }
    }

    [[nodiscard]] std::uint32_t size() const { return table_.size(); }
    [[nodiscard]] std::uint32_t refused() const { return refused_; }

private:
    std::uint32_t subscribers_;
    PairReserve own_;
    SessionTable<FlowKey4> table_;
    std::unique_ptr<PortBlocks> pool_;
    std::vector<std::uint32_t> sessions_; // pairs
    std::mt19937 random_{7};
    std::uint32_t flow_ = 0;
    std::uint32_t refused_ = 0;
};

void measure(std::uint32_t subscribers)
{
    Node node(subscribers);
    while (node.size() + window < live)
        node.begin(window);
    Costs begin, end;
    for (unsigned i = 0; i < 600; ++i) {
        std::uint64_t begun = cycles();
        node.begin(window);
        if (i > 100) begin.add(begun);
        node.choose_leaving();
        begun = cycles();
        node.end();
        if (i > 100) end.add(begun);
    }
    std::printf("%u subscribers\n", subscribers);
    begin.print("take and insert");
    end.print("unlink, give back, release");
    CHECK(node.refused() == 0);
}

} // namespace

TEST_CASE("a new NAT session in a table of a million", "[.][bench]")
{
    measure(10'000);
    measure(200'000);
}

} // namespace sluice::table
