// Two workers begin, use, expire, end and release the same flows, with ports of one pool. An auditor has them stand
// still now and then, and looks at the end: each key has one entry, each pair is linked, each port is leased once, the
// counts are exact. Two seconds of it in the ordinary run, a minute as `table-test "[long]"`. Under ThreadSanitizer the
// tags are compared by the portable path.
#include <catch2/catch.hpp>

#include <array>
#include <chrono>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>

#include "dataplane/table/port_blocks.hpp"
#include "tests/unit/table/flows.hpp"
#include "tests/unit/table/protocols.hpp"

namespace sluice::table {
namespace {

constexpr unsigned workers = 2;
constexpr std::uint32_t contested = 3'000; // few, so that both meet at one flow often
constexpr std::uint32_t capacity = 4'000;  // more than contested ones, for ended ones wait
constexpr std::uint32_t subscribers = 16;
constexpr std::uint32_t most_idle = 50; // turns of a worker: some flows are met again before that, some are not
constexpr std::chrono::milliseconds between_audits{250};

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
    std::atomic<std::uint32_t> clock{0}; // turns of both workers; what last_seen counts
    std::atomic<bool> pause{false};
    std::atomic<unsigned> paused{0};
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
            if (contest_.pause.load()) stand_still();
            contest_.clock.fetch_add(1, std::memory_order_relaxed);
            for (unsigned i = 0; i < 32; ++i)
                meet(static_cast<std::uint32_t>(random_() % contested));
            expire();
            contest_.table.take_undone([this](std::uint32_t pair) { wait_for(pair, false); }, 16);
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
    struct Leaving {
        std::uint32_t pair;
        bool owns;
        Quiet::Token since;
    };
    [[nodiscard]] const std::deque<Leaving>& leaving() const { return leaving_; }

    std::uint64_t begun = 0, ended = 0, expired = 0, hits = 0, lost_races = 0, wrong = 0;

private:
    // Between two turns, with nothing in hand; no grace period passes.
    void stand_still()
    {
        contest_.paused.fetch_add(1);
        while (contest_.pause.load())
            std::this_thread::yield();
        contest_.paused.fetch_sub(1);
    }

    void wait_for(std::uint32_t pair, bool owns) { leaving_.push_back({pair, owns, contest_.quiet.now()}); }

    void meet(std::uint32_t flow)
    {
        const FlowKey4 key = test::inside_key<FlowKey4>(flow);
        auto& table = contest_.table;
        const std::uint32_t entry = table.find(key, table.hash(key));
        if (entry == none) return begin(flow);
        if (!(table.entry(entry).key == key) || table.cold(entry).service != flow) ++wrong;
        table.entry(entry).hit(100, contest_.clock.load(std::memory_order_relaxed));
        ++hits;
        const std::uint64_t chance = random_() % 6;
        if (chance == 0 && end(entry / 2)) ++ended;
        if (chance == 1 && table.leave(entry / 2)) ++ended; // whoever walks by takes it
    }

    [[nodiscard]] bool end(std::uint32_t pair)
    {
        if (!contest_.table.unlink(pair)) return false; // the other was first
        wait_for(pair, true);
        return true;
    }

    // As ageing does it: a walk over the pairs, in slices.
    void expire()
    {
        constexpr std::uint32_t slice = 16;
        const std::uint32_t now = contest_.clock.load(std::memory_order_relaxed);
        contest_.table.scan(walk_, slice, [&](std::uint32_t pair) {
            const std::uint32_t idle = now - contest_.table.entry(2 * pair).last_seen.load(std::memory_order_relaxed);
            if (idle > most_idle && idle < ~std::uint32_t{0} / 2 && end(pair)) ++expired;
        });
        for (std::uint32_t pair = walk_; pair < std::min(walk_ + slice, capacity); ++pair)
            if (contest_.table.take_left(pair)) wait_for(pair, true);
        walk_ = walk_ + slice < capacity ? walk_ + slice : 0;
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
        pair.now = contest_.clock.load(std::memory_order_relaxed);
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
    std::uint32_t walk_ = 0; // the next pair
    PairReserve own_;
};

using Workers = std::array<Worker, workers>;

// While both stand still, or have ended. What lives.
std::set<std::uint32_t> audit(Contest& contest, const Workers& all)
{
    auto& table = contest.table;
    std::set<std::uint32_t> pairs, leases;
    for (std::uint32_t flow = 0; flow < contested; ++flow) {
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
    std::uint64_t begun = 0, ended = 0;
    for (const Worker& worker : all) {
        REQUIRE(worker.wrong == 0);
        begun += worker.begun;
        ended += worker.ended + worker.expired;
        for (const Worker::Leaving& gone : worker.leaving()) { // its port is nobody else's yet
            REQUIRE_FALSE(table.is_live(gone.pair));
            if (gone.owns) REQUIRE(leases.insert(table.cold(2 * gone.pair).lease).second);
        }
    }
    REQUIRE(begun - ended == pairs.size());
    REQUIRE(pairs.size() == table.size());
    std::set<std::uint32_t> scanned;
    table.scan(0, capacity, [&](std::uint32_t pair) { REQUIRE(scanned.insert(pair).second); });
    REQUIRE(scanned == pairs);
    return pairs;
}

// Ends everything by hand: nothing was lost, and nothing is left.
void clear(Contest& contest, Workers& all)
{
    for (Worker& worker : all)
        while (!worker.leaving().empty())
            worker.release();
    contest.table.take_undone([&](std::uint32_t pair) { test::release(contest.table, pair); });
    for (const std::uint32_t pair : audit(contest, all))
        REQUIRE(contest.table.leave(pair));
    for (std::uint32_t pair = 0; pair < capacity; ++pair) {
        if (!contest.table.take_left(pair)) continue;
        REQUIRE(contest.pool.give_back(contest.table.cold(2 * pair).lease, udp)); // leased, and once
        test::release(contest.table, pair);
    }
    CHECK(contest.pool.blocks_leased() == 0);
    CHECK(contest.pool.subscribers() == 0);
    for (std::uint32_t flow = 0; flow < capacity; ++flow)
        REQUIRE(test::insert(contest.table, test::flow<FlowKey4>(flow)).result == Insert::inserted); // no pair was lost
}

// Both workers' threads: they end with it, also when the auditor has found something.
class Threads {
public:
    Threads(Contest& contest, Workers& all)
        : contest_(contest)
        , one_([&] { all[0].run(); })
        , two_([&] { all[1].run(); })
    {
    }
    Threads(const Threads&) = delete;
    Threads& operator=(const Threads&) = delete;
    ~Threads()
    {
        contest_.pause = false;
        contest_.stop = true;
        one_.join();
        two_.join();
    }

private:
    Contest& contest_;
    std::thread one_, two_;
};

unsigned audit_now_and_then(Contest& contest, const Workers& all, std::chrono::seconds duration)
{
    unsigned audits = 0;
    for (const auto end = std::chrono::steady_clock::now() + duration; std::chrono::steady_clock::now() < end;) {
        std::this_thread::sleep_for(between_audits);
        contest.pause = true;
        while (contest.paused.load() < workers)
            std::this_thread::yield();
        audit(contest, all);
        ++audits;
        contest.pause = false;
        while (contest.paused.load() > 0)
            std::this_thread::yield();
    }
    return audits;
}

void run(std::chrono::seconds duration)
{
    Contest contest;
    Workers all{Worker(contest, 0), Worker(contest, 1)};
    unsigned audits = 0;
    {
        const Threads threads(contest, all);
        audits = audit_now_and_then(contest, all, duration);
    }
    CHECK(audits > 2);
    for (const Worker& worker : all)
        CHECK(worker.ended > 0);
    CHECK(all[0].expired + all[1].expired > 0);
    CHECK(all[0].hits + all[1].hits > 0);
    WARN(all[0].begun + all[1].begun << " sessions begun, " << all[0].ended + all[1].ended << " ended, "
                                     << all[0].expired + all[1].expired << " expired, "
                                     << all[0].lost_races + all[1].lost_races << " races lost, " << audits
                                     << " audits");
    clear(contest, all);
}

template<class Until>
void compare_tags(Until&& is_over)
{
    std::mt19937 random(1);
    for (unsigned i = 0; !is_over(i); ++i) {
        SessionBucket bucket;
        const unsigned values = 1 + static_cast<unsigned>(random() % 5); // few, so that many slots match
        for (auto& tag : bucket.tags)
            tag = static_cast<std::uint16_t>(i % 2 == 0 ? random() % values : random());
        const auto wanted = i % 3 == 0 ? bucket.tags[random() % SessionBucket::slots].load()
                                       : static_cast<std::uint16_t>(random() % values);
        unsigned expected = 0;
        for (unsigned slot = 0; slot < SessionBucket::slots; ++slot)
            if (bucket.tags[slot] == wanted) expected += 1U << slot;
        if (bucket.matches(wanted) != expected)
            FAIL("bucket " << i << " matches " << bucket.matches(wanted) << " and not " << expected);
    }
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
    compare_tags([](unsigned i) { return i == 100'000; });
}

TEST_CASE("tags are matched as one by one for a minute", "[.][long]")
{
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    unsigned done = 0;
    compare_tags([&](unsigned i) {
        done = i;
        return i % 1'024 == 0 && std::chrono::steady_clock::now() > end;
    });
    WARN(done << " buckets compared");
}

} // namespace sluice::table
