// Two workers begin, use, end and release the same flows, with ports of one pool, and an auditor looks at the end: each
// key has one entry, each pair is linked, each port is leased once, the counts are exact. Two seconds of it in the
// ordinary run, a minute as `table-test "[long]"`. Under ThreadSanitizer the tags are compared by the portable path.
#include <catch2/catch.hpp>

#include <array>
#include <chrono>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "dataplane/table/port_blocks.hpp"
#include "tests/unit/table/flows.hpp"
#include "tests/unit/table/protocols.hpp"

namespace sluice::table {
namespace {

constexpr unsigned workers = 2;
constexpr std::uint32_t flows = 3'000;    // few, so that both meet at one flow often
constexpr std::uint32_t capacity = 4'000; // more than flows, for ended ones wait
constexpr std::uint32_t subscribers = 16;

PortBlocks::Settings pool_settings()
{
    PortBlocks::Settings settings;
    settings.addresses = {0xCB007101, 0xCB007102, 0xCB007103, 0xCB007104};
    settings.block_size = 64;
    settings.subscribers = subscribers;
    settings.blocks_per_subscriber = 32;
    return settings;
}

// The grace periods of two workers that count up when they hold nothing.
struct Quiet {
    std::array<std::atomic<std::uint64_t>, workers> counts{};

    using Token = std::array<std::uint64_t, workers>;
    Token now() const { return {counts[0].load(), counts[1].load()}; }
    bool passed(const Token& since) const { return counts[0].load() > since[0] && counts[1].load() > since[1]; }
};

struct Contest {
    SessionTable<FlowKey4> table{capacity, Hasher::random()};
    PortBlocks pool{pool_settings(), Hasher::random()};
    Quiet quiet;
    std::atomic<bool> stop{false};
};

class Worker {
public:
    Worker(Contest& contest, unsigned number)
        : contest_(contest)
        , number_(number)
        , random_(number + 1)
    {
    }

    void run()
    {
        while (!contest_.stop.load(std::memory_order_relaxed)) {
            for (unsigned i = 0; i < 32; ++i)
                meet(static_cast<std::uint32_t>(random_() % flows));
            contest_.table.take_undone([this](std::uint32_t pair) { leave(pair, false); }, 16);
            contest_.table.settle(own_);
            contest_.quiet.counts[number_].fetch_add(1);
            while (!leaving_.empty() && contest_.quiet.passed(leaving_.front().since))
                release();
        }
        contest_.table.give_up(own_);
        contest_.quiet.counts[number_].store(~std::uint64_t{0}); // holds nothing ever after
    }

    void release()
    {
        const Leaving gone = leaving_.front();
        leaving_.pop_front();
        if (gone.owns && !contest_.pool.give_back(contest_.table.cold(2 * gone.pair).lease, udp)) ++wrong;
        test::release(contest_.table, gone.pair);
    }
    [[nodiscard]] bool has_leaving() const { return !leaving_.empty(); }

    std::uint64_t begun = 0, ended = 0, hits = 0, lost_races = 0, wrong = 0;

private:
    struct Leaving {
        std::uint32_t pair;
        bool owns;
        Quiet::Token since;
    };

    void leave(std::uint32_t pair, bool owns) { leaving_.push_back({pair, owns, contest_.quiet.now()}); }

    void meet(std::uint32_t flow)
    {
        const FlowKey4 key = test::inside_key<FlowKey4>(flow);
        auto& table = contest_.table;
        const std::uint32_t entry = table.find(key, table.hash(key));
        if (entry == none) return begin(flow);
        if (!(table.entry(entry).key == key) || table.cold(entry).service != flow) ++wrong;
        table.entry(entry).hit(100, 7);
        ++hits;
        if (random_() % 3 != 0 || !table.unlink(entry / 2)) return;
        ++ended;
        leave(entry / 2, true);
    }

    void begin(std::uint32_t flow)
    {
        const auto lease = contest_.pool.take(std::uint64_t{1} << 32 | flow % subscribers, udp);
        if (!lease) return;
        Pair<FlowKey4> pair = test::flow<FlowKey4>(flow);
        pair.reverse.key.destination = lease->address;
        pair.reverse.key.destination_port = lease->port;
        pair.cold.service = flow;
        pair.cold.lease = lease->handle;
        const Inserted made = contest_.table.insert(pair, own_);
        if (made.result == Insert::inserted) {
            ++begun;
            return;
        }
        if (made.result == Insert::exists) ++lost_races;
        if (made.result == Insert::reverse_conflict) ++wrong; // the port was ours alone
        if (!contest_.pool.give_back(lease->handle, udp)) ++wrong;
    }

    Contest& contest_;
    unsigned number_;
    std::mt19937 random_;
    std::deque<Leaving> leaving_;
    PairReserve own_;
};

void audit(Contest& contest)
{
    auto& table = contest.table;
    std::set<std::uint32_t> pairs, leases;
    for (std::uint32_t flow = 0; flow < flows; ++flow) {
        const FlowKey4 key = test::inside_key<FlowKey4>(flow);
        const std::uint32_t forward = table.find(key, table.hash(key));
        if (forward == none) continue;
        REQUIRE(forward % 2 == 0);
        REQUIRE(pairs.insert(forward / 2).second);
        REQUIRE(table.entry(forward).key == key);
        const FlowKey4 answer = table.entry(forward ^ 1).key;
        REQUIRE(table.find(answer, table.hash(answer)) == (forward ^ 1));
        const Cold& cold = table.cold(forward);
        REQUIRE(cold.service == flow);
        REQUIRE(leases.insert(cold.lease).second);
        const auto owner = contest.pool.owner_of(answer.destination, answer.destination_port);
        REQUIRE(owner == (std::uint64_t{1} << 32 | flow % subscribers));
    }
    CHECK(pairs.size() == table.size());
    std::set<std::uint32_t> scanned;
    table.scan(0, capacity, [&](std::uint32_t pair) { REQUIRE(scanned.insert(pair).second); });
    CHECK(scanned == pairs);

    for (const std::uint32_t pair : pairs) {
        REQUIRE(table.unlink(pair));
        REQUIRE(contest.pool.give_back(table.cold(2 * pair).lease, udp)); // leased, and once
        test::release(table, pair);
    }
    CHECK(contest.pool.blocks_leased() == 0);
    CHECK(contest.pool.subscribers() == 0);
    for (std::uint32_t flow = 0; flow < capacity; ++flow)
        REQUIRE(test::insert(table, test::flow<FlowKey4>(flow)).result == Insert::inserted); // no pair was lost
}

void run(std::chrono::seconds duration)
{
    Contest contest;
    Worker first(contest, 0), second(contest, 1);
    std::thread one([&] { first.run(); }), two([&] { second.run(); });
    std::this_thread::sleep_for(duration);
    contest.stop = true;
    one.join();
    two.join();
    for (Worker* worker : {&first, &second})
        while (worker->has_leaving())
            worker->release();
    contest.table.take_undone([&](std::uint32_t pair) { test::release(contest.table, pair); });
    CHECK(first.wrong + second.wrong == 0);
    CHECK(first.begun + second.begun - first.ended - second.ended == contest.table.size());
    CHECK(first.ended > 0);
    CHECK(second.ended > 0);
    CHECK(first.hits + second.hits > 0);
    audit(contest);
}

} // namespace

TEST_CASE("two workers begin, use and end the same flows, and the auditor finds nothing wrong")
{
    run(std::chrono::seconds(2));
}

TEST_CASE("two workers begin, use and end the same flows for a minute", "[.][long]")
{
    run(std::chrono::seconds(60));
}

TEST_CASE("tags are matched as one by one, whatever stands in the bucket")
{
    std::mt19937 random(1);
    for (unsigned i = 0; i < 100'000; ++i) {
        SessionBucket bucket;
        const unsigned values = 1 + static_cast<unsigned>(random() % 5); // few, so that many slots match
        for (auto& tag : bucket.tags)
            tag = static_cast<std::uint16_t>(i % 2 == 0 ? random() % values : random());
        const auto wanted = i % 3 == 0 ? bucket.tags[random() % SessionBucket::slots].load()
                                       : static_cast<std::uint16_t>(random() % values);
        unsigned expected = 0;
        for (unsigned slot = 0; slot < SessionBucket::slots; ++slot)
            if (bucket.tags[slot] == wanted) expected += 1U << slot;
        REQUIRE(bucket.matches(wanted) == expected);
    }
}

} // namespace sluice::table
