// Sessions: found by either direction, bounded, taken out and used again.
#include <catch2/catch.hpp>

#include <map>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "tests/unit/table/flows.hpp"

namespace sluice::table {
namespace {

using test::fixed_hasher;
using test::flow;
using test::insert;
using test::inside_key;
using test::outside_key;
using test::release;

template<class Key>
std::uint32_t find(const SessionTable<Key>& table, const Key& key)
{
    return table.find(key, table.hash(key));
}

} // namespace

TEMPLATE_TEST_CASE("a session is found by both of its directions", "", FlowKey4, FlowKey6)
{
    SessionTable<TestType> table(64, fixed_hasher());
    const Inserted made = insert(table, flow<TestType>(1));
    REQUIRE(made.result == Insert::inserted);
    CHECK(made.entry % 2 == 0);
    CHECK(table.size() == 1);

    CHECK(find(table, inside_key<TestType>(1)) == made.entry);
    CHECK(find(table, outside_key<TestType>(1)) == (made.entry ^ 1));
    CHECK(find(table, inside_key<TestType>(2)) == none);
    CHECK(table.find_locked(inside_key<TestType>(1), table.hash(inside_key<TestType>(1))) == made.entry);
    CHECK(table.candidate(table.hash(inside_key<TestType>(1))) == made.entry);
    table.prefetch_entry(none);

    TestType other = inside_key<TestType>(1);
    other.network = 2; // the same five-tuple in another network is another flow
    CHECK(find(table, other) == none);

    CHECK(table.entry(made.entry).out_network == 0);
    CHECK(table.entry(made.entry ^ 1).out_network == 1);
    CHECK(table.entry(made.entry).last_seen == 5);
    CHECK(table.cold(made.entry).lease == 1);
    CHECK(&table.cold(made.entry) == &table.cold(made.entry ^ 1));
}

TEST_CASE("hits and flags are kept by direction")
{
    SessionTable<FlowKey4> table(8, fixed_hasher());
    const std::uint32_t entry = insert(table, flow<FlowKey4>(1)).entry;
    table.entry(entry).hit(100, 6);
    table.entry(entry).hit(40, 7);
    table.entry(entry).saw_tcp(0x02);
    table.entry(entry).saw_tcp(0x10);
    CHECK(table.entry(entry).packets == 2);
    CHECK(table.entry(entry).bytes == 140);
    CHECK(table.entry(entry).last_seen == 7);
    CHECK(table.entry(entry).tcp_flags_seen == 0x12);
    CHECK(table.entry(entry ^ 1).packets == 0);
    CHECK(table.entry(entry ^ 1).tcp_flags_seen == 0);
    CHECK(table.entry(entry ^ 1).last_seen == 5);
}

TEST_CASE("a tick is a slice of the clock")
{
    const SessionTable<FlowKey4> table(8, fixed_hasher(), 20);
    CHECK(table.tick(0) == 0);
    CHECK(table.tick((1ULL << 20) - 1) == 0);
    CHECK(table.tick(5ULL << 20) == 5);
    CHECK(table.tick(((1ULL << 32) + 5) << 20) == 5); // wraps
}

TEST_CASE("a second insert of one flow gets the first one's session")
{
    SessionTable<FlowKey4> table(8, fixed_hasher());
    const std::uint32_t entry = insert(table, flow<FlowKey4>(1)).entry;
    const Inserted again = insert(table, flow<FlowKey4>(1));
    CHECK(again.result == Insert::exists);
    CHECK(again.entry == entry);

    Pair<FlowKey4> other_port = flow<FlowKey4>(1); // the policy chose another port for the answers meanwhile
    other_port.reverse.key.destination_port = 99;
    const Inserted late = insert(table, other_port);
    CHECK(late.result == Insert::exists);
    CHECK(late.entry == entry);
    CHECK(find(table, other_port.reverse.key) == none); // its reverse is taken back
    CHECK(table.size() == 1);

    std::vector<std::uint32_t> undone;
    table.take_undone([&](std::uint32_t pair) { undone.push_back(pair); });
    REQUIRE(undone.size() == 1); // what was visible for a moment waits for its grace period
    table.take_undone([](std::uint32_t) { FAIL("each is handed out once"); });
    release(table, undone[0]);
}

TEST_CASE("an answer's key that belongs to another session is a conflict")
{
    SessionTable<FlowKey4> table(8, fixed_hasher());
    const std::uint32_t entry = insert(table, flow<FlowKey4>(1)).entry;
    Pair<FlowKey4> second = flow<FlowKey4>(2);
    second.reverse.key = outside_key<FlowKey4>(1);
    const Inserted refused = insert(table, second);
    CHECK(refused.result == Insert::reverse_conflict);
    CHECK(refused.entry == (entry ^ 1));
    CHECK(find(table, second.forward.key) == none);
    CHECK(table.size() == 1);
    table.take_undone([](std::uint32_t) { FAIL("nothing of it was ever visible"); });
}

TEST_CASE("a flow that is the answer of another session opens none of its own")
{
    SessionTable<FlowKey4> table(8, fixed_hasher());
    const std::uint32_t entry = insert(table, flow<FlowKey4>(1)).entry;
    Pair<FlowKey4> answer = flow<FlowKey4>(1);
    std::swap(answer.forward, answer.reverse);
    const Inserted refused = insert(table, answer);
    CHECK(refused.result == Insert::reverse_conflict);
    CHECK(refused.entry == entry);
    CHECK(table.size() == 1);
}

TEMPLATE_TEST_CASE("a full table says so, and a place that becomes free is used", "", FlowKey4, FlowKey6)
{
    for (const std::uint32_t pairs : {1U, 2U, 7U, 1'000U}) {
        SessionTable<TestType> table(pairs, fixed_hasher());
        CHECK(table.capacity() == pairs);
        for (std::uint32_t i = 0; i < pairs; ++i)
            REQUIRE(insert(table, flow<TestType>(i)).result == Insert::inserted);
        CHECK(table.size() == pairs);
        CHECK(table.high_water() == pairs);
        const Inserted refused = insert(table, flow<TestType>(pairs));
        CHECK(refused.result == Insert::full);
        CHECK(refused.entry == none);
        for (std::uint32_t i = 0; i < pairs; ++i)
            REQUIRE(find(table, outside_key<TestType>(i)) != none);

        const std::uint32_t gone = find(table, inside_key<TestType>(0)) / 2;
        REQUIRE(table.unlink(gone));
        CHECK(insert(table, flow<TestType>(pairs)).result == Insert::full); // its grace period has not passed
        release(table, gone);
        const Inserted used_again = insert(table, flow<TestType>(pairs));
        CHECK(used_again.result == Insert::inserted);
        CHECK(used_again.entry / 2 == gone);
        CHECK(table.entry(used_again.entry).packets == 0);
        CHECK(find(table, inside_key<TestType>(0)) == none);
    }
}

TEST_CASE("a million sessions take no more than a session's bytes each, the region's rounding included")
{
    for (const std::uint32_t pairs : {800'000U, 1'000'000U, 1'048'576U, 1'500'001U}) {
        CHECK(SessionTable<FlowKey4>(pairs, fixed_hasher()).bytes() <= std::size_t{pairs} * 176);
        CHECK(SessionTable<FlowKey6>(pairs, fixed_hasher()).bytes() <= std::size_t{pairs} * 304);
    }
}

TEST_CASE("pairs that are released together all come back, by however many")
{
    for (const std::uint32_t pairs : {1U, 2U, 7U, 8U, 9U, 57U, 58U, 64U, 65U, 129U, 1'000U}) {
        CAPTURE(pairs);
        SessionTable<FlowKey4> table(pairs, fixed_hasher());
        PairReserve own;
        std::vector<std::uint32_t> ended;
        for (std::uint32_t round = 0; round < 3; ++round) {
            for (std::uint32_t i = 0; i < pairs; ++i) {
                const Inserted made = table.insert(flow<FlowKey4>(round * pairs + i), own);
                REQUIRE(made.result == Insert::inserted);
                ended.push_back(made.entry / 2);
                table.entry(made.entry).hit(~0U, 6); // its words are not the list's any more
            }
            CHECK(table.insert(flow<FlowKey4>(~0U), own).result == Insert::full);
            table.settle(own);
            CHECK(table.size() == pairs);
            for (const std::uint32_t pair : ended)
                REQUIRE(table.unlink(pair));
            CHECK(std::set<std::uint32_t>(ended.begin(), ended.end()).size() == pairs);
            table.release(std::exchange(ended, {}));
        }
    }
}

TEST_CASE("what a worker has at hand nobody else gets, until it gives it up")
{
    constexpr std::uint32_t pairs = 200;
    SessionTable<FlowKey4> table(pairs, fixed_hasher());
    PairReserve one, two;
    std::vector<std::uint32_t> ended;
    for (std::uint32_t i = 0; i < pairs; ++i)
        ended.push_back(table.insert(flow<FlowKey4>(i), one).entry / 2);
    for (const std::uint32_t pair : ended)
        REQUIRE(table.unlink(pair));
    table.release(ended);
    table.stock(one, PairReserve::most_wanted);
    CHECK(one.size() >= PairReserve::most_wanted);
    std::uint32_t begun = 0;
    while (table.insert(flow<FlowKey4>(begun), two).result == Insert::inserted)
        ++begun;
    CHECK(begun < pairs);
    for (; begun % 3 != 0; ++begun) // some of them used, some looked into
        REQUIRE(table.insert(flow<FlowKey4>(begun), one).result == Insert::inserted);
    table.give_up(one);
    CHECK(one.size() == 0);
    for (; begun < pairs; ++begun)
        REQUIRE(table.insert(flow<FlowKey4>(begun), two).result == Insert::inserted);
    table.settle(two);
    CHECK(table.size() == pairs);
}

TEST_CASE("a session is ended once")
{
    SessionTable<FlowKey4> table(8, fixed_hasher());
    const std::uint32_t pair = insert(table, flow<FlowKey4>(1)).entry / 2;
    CHECK(table.unlink(pair));
    CHECK_FALSE(table.unlink(pair));
    CHECK(find(table, inside_key<FlowKey4>(1)) == none);
    CHECK(find(table, outside_key<FlowKey4>(1)) == none);
    CHECK(table.size() == 0);
    CHECK(insert(table, flow<FlowKey4>(1)).result == Insert::inserted); // the flow may begin anew at once, elsewhere
    release(table, pair);
    CHECK_FALSE(table.unlink(pair));
}

TEST_CASE("a session that is left has ended, and waits for who takes it")
{
    SessionTable<FlowKey4> table(8, fixed_hasher());
    const std::uint32_t pair = insert(table, flow<FlowKey4>(1)).entry / 2;
    CHECK_FALSE(table.take_left(pair));
    CHECK(table.leave(pair));
    CHECK_FALSE(table.leave(pair));
    CHECK_FALSE(table.unlink(pair));
    CHECK_FALSE(table.is_live(pair));
    CHECK(table.size() == 0);
    CHECK(find(table, inside_key<FlowKey4>(1)) == none);
    CHECK(find(table, outside_key<FlowKey4>(1)) == none);
    const std::uint32_t another = insert(table, flow<FlowKey4>(1)).entry / 2;
    CHECK(another != pair);
    CHECK(table.take_left(pair));
    CHECK_FALSE(table.take_left(pair));
    release(table, pair);
    CHECK(find(table, inside_key<FlowKey4>(1)) == 2 * another);
}

TEST_CASE("a scan visits live sessions of its slice and may end them")
{
    SessionTable<FlowKey4> table(100, fixed_hasher());
    table.scan(0, 100, [](std::uint32_t) { FAIL("there is none"); });
    for (std::uint32_t i = 0; i < 50; ++i)
        REQUIRE(insert(table, flow<FlowKey4>(i)).result == Insert::inserted);
    for (std::uint32_t i = 0; i < 50; i += 5)
        REQUIRE(table.unlink(find(table, inside_key<FlowKey4>(i)) / 2));
    std::set<std::uint32_t> seen;
    for (std::uint32_t from = 0; from < 100; from += 16)
        table.scan(from, 16, [&](std::uint32_t pair) {
            REQUIRE(seen.insert(table.cold(2 * pair).lease).second);
            REQUIRE(table.unlink(pair));
        });
    CHECK(seen.size() == 40);
    CHECK(seen.count(5) == 0);
    CHECK(table.size() == 0);
    table.scan(0, ~0U, [](std::uint32_t) { FAIL("all have ended"); });
    table.scan(1'000, 5, [](std::uint32_t) { FAIL("behind the end"); });
}

TEST_CASE("a long random life agrees with a map")
{
    constexpr std::uint32_t pairs = 500;
    SessionTable<FlowKey4> table(pairs, fixed_hasher());
    std::map<std::uint32_t, std::uint32_t> live; // flow → entry
    std::vector<std::uint32_t> waiting;          // unlinked, before their grace period
    std::mt19937 random(1);
    for (int i = 0; i < 100'000; ++i) {
        const std::uint32_t number = static_cast<std::uint32_t>(random() % 700);
        const auto known = live.find(number);
        if (random() % 100 < 60) {
            const Inserted made = insert(table, flow<FlowKey4>(number));
            if (known != live.end()) {
                // A table that has no pair left cannot look whether the flow is there already; its caller has looked.
                REQUIRE((made.result == Insert::exists || live.size() + waiting.size() == pairs));
                if (made.result == Insert::exists) REQUIRE(made.entry == known->second);
            } else {
                REQUIRE((made.result == Insert::inserted) == (live.size() + waiting.size() < pairs));
                if (made.result == Insert::inserted) live.emplace(number, made.entry);
            }
        } else if (known != live.end()) {
            REQUIRE(table.unlink(known->second / 2));
            waiting.push_back(known->second / 2);
            live.erase(known);
        }
        if (waiting.size() == 20) {
            for (const std::uint32_t pair : waiting)
                release(table, pair);
            waiting.clear();
        }
        const auto expected = live.find(number);
        REQUIRE(find(table, inside_key<FlowKey4>(number)) == (expected == live.end() ? none : expected->second));
        REQUIRE(find(table, outside_key<FlowKey4>(number)) == (expected == live.end() ? none : expected->second ^ 1));
    }
    CHECK(table.size() == live.size());
}

} // namespace sluice::table
