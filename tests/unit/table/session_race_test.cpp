// The session table with several workers at once: one flow has one session, and what is found is whole.
#include <catch2/catch.hpp>

#include <random>
#include <thread>
#include <vector>

#include "tests/unit/table/flows.hpp"

namespace sluice::table {
namespace {

using test::flow;
using test::insert;
using test::inside_key;
using test::outside_key;
using test::release;
using Table = SessionTable<FlowKey4>;

constexpr unsigned racers = 3;

template<class Work>
void run_workers(Work work)
{
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < racers; ++i)
        threads.emplace_back(work, i);
    for (std::thread& thread : threads)
        thread.join();
}

} // namespace

TEST_CASE("workers that meet one flow at once make one session of it")
{
    constexpr std::uint32_t flows = 20'000;
    Table table(flows * racers, test::fixed_hasher());
    std::vector<std::vector<std::uint32_t>> got(racers, std::vector<std::uint32_t>(flows, none));
    std::vector<unsigned> made(racers), wrong(racers);
    run_workers([&](unsigned worker) {
        for (std::uint32_t i = 0; i < flows; ++i) {
            Pair<FlowKey4> pair = flow<FlowKey4>(i);
            // Each chose a port of its own for the answers of every other flow.
            if (i % 2 == 0) pair.reverse.key.destination_port = static_cast<std::uint16_t>(worker);
            const Inserted result = insert(table, pair);
            if (result.result == Insert::inserted)
                ++made[worker];
            else if (result.result != Insert::exists)
                ++wrong[worker];
            got[worker][i] = result.entry;
        }
    });
    CHECK(made[0] + made[1] + made[2] == flows);
    CHECK(wrong[0] + wrong[1] + wrong[2] == 0);
    CHECK(table.size() == flows);
    table.take_undone([&](std::uint32_t pair) { release(table, pair); }); // the losers of races, now that all are done
    for (std::uint32_t i = flows; i < flows * racers; ++i)
        REQUIRE(insert(table, flow<FlowKey4>(i)).result == Insert::inserted); // none of their pairs was lost
    for (std::uint32_t i = 0; i < flows; ++i) {
        REQUIRE(got[0][i] == got[1][i]);
        REQUIRE(got[0][i] == got[2][i]);
        REQUIRE(table.find(inside_key<FlowKey4>(i), table.hash(inside_key<FlowKey4>(i))) == got[0][i]);
    }
}

TEST_CASE("workers that want one answer's key get it once")
{
    constexpr std::uint32_t flows = 20'000;
    Table table(flows * racers, test::fixed_hasher());
    std::vector<unsigned> made(racers), refused(racers);
    run_workers([&](unsigned worker) {
        for (std::uint32_t i = 0; i < flows; ++i) {
            Pair<FlowKey4> pair = flow<FlowKey4>(i);
            pair.forward.key.network = static_cast<std::uint16_t>(10 + worker); // three flows, one way back
            const Insert result = insert(table, pair).result;
            ++(result == Insert::inserted ? made : refused)[worker];
        }
    });
    CHECK(made[0] + made[1] + made[2] == flows);
    CHECK(refused[0] + refused[1] + refused[2] == flows * (racers - 1));
    CHECK(table.size() == flows);
}

TEST_CASE("while sessions come and go, a reader finds whole ones or none")
{
    constexpr std::uint32_t flows = 16;
    Table table(flows, test::fixed_hasher());
    std::atomic<bool> stop = false;
    std::atomic<std::uint64_t> quiet = 0; // the reader holds no entry when it counts this up
    std::uint64_t found = 0, torn = 0;
    std::thread reader([&] {
        std::mt19937 random(1);
        for (; !stop; quiet.fetch_add(1)) {
            const std::uint32_t number = random() % flows;
            const FlowKey4 key = random() % 2 == 0 ? inside_key<FlowKey4>(number) : outside_key<FlowKey4>(number);
            const std::uint32_t entry = table.find(key, table.hash(key));
            if (entry == none) continue;
            ++found;
            const bool whole = table.entry(entry).key == key && table.cold(entry).lease == number &&
                               table.entry(entry ^ 1).key ==
                                   (entry % 2 == 0 ? outside_key<FlowKey4>(number) : inside_key<FlowKey4>(number));
            if (!whole) ++torn;
        }
    });
    for (std::uint32_t i = 0; i < 30'000; ++i) {
        const Inserted made = insert(table, flow<FlowKey4>(i % flows));
        REQUIRE(made.result == Insert::inserted);
        REQUIRE(table.unlink(made.entry / 2));
        // The smallest grace period there is: one that began before now has ended.
        for (const std::uint64_t before = quiet; quiet < before + 2;)
            std::this_thread::yield();
        release(table, made.entry / 2);
    }
    for (std::uint32_t i = 0; i < flows; ++i)
        REQUIRE(insert(table, flow<FlowKey4>(i)).result == Insert::inserted);
    for (const std::uint64_t before = quiet; quiet < before + 100;)
        std::this_thread::yield();
    stop = true;
    reader.join();
    CHECK(torn == 0);
    CHECK(found > 0);
    CHECK(table.high_water() <= flows);
}

} // namespace sluice::table
