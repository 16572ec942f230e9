// Sessions end in time, in bounded slices, and what they owned comes back.
#include <catch2/catch.hpp>

#include "tests/unit/table/ageing_world.hpp"
#include "tests/unit/table/protocols.hpp"

namespace sluice {
namespace {

constexpr std::uint8_t syn = 0x02, ack = 0x10, rst = 0x04;

using test::AgeingWorld;

void set_services(AgeingWorld& world, std::uint32_t services, std::uint32_t backends_each)
{
    std::vector<table::Service> all;
    for (std::uint32_t i = 0; i < services; ++i) {
        table::Service service;
        service.id = i;
        for (std::uint32_t j = 0; j < backends_each; ++j)
            service.backends.push_back({i * backends_each + j, {}, 0, 1});
        all.push_back(std::move(service));
    }
    world.tables.services = std::move(all);
    ++world.tables.generation;
}

void change_services(AgeingWorld& world, auto&& change)
{
    std::vector<table::Service> all = world.tables.services.copy();
    change(all);
    world.tables.services = std::move(all);
}

table::Pool pool(std::uint32_t serial)
{
    table::PortBlocks::Settings settings;
    settings.addresses = {0xCB007100};
    return {serial, serial, "pool", std::make_shared<table::PortBlocks>(settings, test::fixed_hasher())};
}

} // namespace

TEST_CASE("a session ends within one walk after its time, and not before it")
{
    AgeingWorld world(1'000);
    const std::uint32_t entry = world.begin(1, udp);
    world.wait(299.9);
    CHECK(world.v4().size() == 1);
    world.v4().entry(entry ^ 1).hit(100, world.v4().tick(world.now)); // an answer counts as well
    world.wait(299.9);
    CHECK(world.v4().size() == 1);
    world.wait(1.2);
    CHECK(world.v4().size() == 0);
}

TEST_CASE("each state has its time-out, whichever direction shows the state")
{
    AgeingWorld world(1'000);
    const std::uint32_t established = world.begin(1, tcp), reset = world.begin(2, tcp);
    world.begin(3, tcp); // opening
    world.begin(4, icmp4);
    for (const std::uint32_t entry : {established, reset})
        world.v4().entry(entry).saw_tcp(syn | ack);
    world.v4().entry(reset ^ 1).saw_tcp(rst);
    world.wait(59.9);
    CHECK(world.v4().size() == 4);
    world.wait(1.2);
    CHECK(world.v4().size() == 3);
    world.wait(178.8);
    CHECK(world.v4().size() == 3);
    world.wait(1.3);
    CHECK(world.v4().size() == 1);
    world.wait(7'440 - 241.2 - 0.2);
    CHECK(world.v4().size() == 1);
    world.wait(1.4);
    CHECK(world.v4().size() == 0);
}

TEST_CASE("many sessions end together in many small slices")
{
    constexpr std::uint32_t flows = 100'000;
    AgeingWorld world(flows * 2);
    for (std::uint32_t i = 0; i < flows; ++i)
        REQUIRE(world.begin(i, udp) != table::none);
    world.now += 302 * AgeingWorld::hz;
    std::uint32_t most = 0, before = flows;
    for (unsigned i = 0; i < 20; ++i) {
        world.now += AgeingWorld::hz / 10;
        while (world.ageing.run(world.now, world.tables)) {
            most = std::max(most, before - world.v4().size());
            before = world.v4().size();
        }
    }
    CHECK(world.v4().size() == 0);
    CHECK(most > 0);
    CHECK(most < 1'000);
    CHECK(world.ageing.slices().longest > 0);
    for (std::uint32_t i = 0; i < flows; ++i) // each place is free again, and none was lost
        REQUIRE(world.begin(i, udp) != table::none);
    CHECK(world.v4().high_water() == flows);
}

TEST_CASE("while a worker stands still, what waits for it is bounded")
{
    constexpr std::uint32_t flows = Ageing::most_leaving * 3;
    AgeingWorld world(flows * 2);
    for (std::uint32_t i = 0; i < flows; ++i)
        REQUIRE(world.begin(i, udp) != table::none);
    world.worker_stands_still = true;
    world.wait(310);
    CHECK(flows - world.v4().size() >= Ageing::most_leaving); // some that wait, and as many as may wait after them
    CHECK(flows - world.v4().size() <= 2 * Ageing::most_leaving);
    CHECK(world.begun == 1);
    world.worker_stands_still = false;
    world.wait(2);
    CHECK(world.v4().size() == 0);
}

TEST_CASE("when a backend goes, its sessions go and no others")
{
    AgeingWorld world(100);
    set_services(world, 3, 500);
    table::Cold kept, gone;
    kept.service = 1, kept.backend = 700;
    gone.service = 2, gone.backend = 1'499;
    world.begin(1, udp, kept);
    world.begin(2, udp, gone);
    world.begin(3, udp);
    world.wait(3);
    CHECK(world.v4().size() == 3);
    set_services(world, 4, 500); // more of them takes nothing away
    CHECK(world.run() > 3);      // learned in steps
    world.wait(3);
    CHECK(world.v4().size() == 3);
    change_services(world, [](auto& all) { all[2].backends.pop_back(); });
    ++world.tables.generation;
    world.wait(2.5);
    CHECK(world.v4().size() == 2);
    change_services(world, [](auto& all) { all[1].id = 9; }); // a backend that serves another service is another one
    ++world.tables.generation;
    world.wait(2.5);
    CHECK(world.v4().size() == 1);
    CHECK(world.ageing.ended().at(700).flows == 1);
}

TEST_CASE("a port comes back with its session, unless its pool is gone")
{
    AgeingWorld world(100);
    const table::Pool first = pool(7), second = pool(3);
    world.tables.pools = std::vector{first, second};
    ++world.tables.generation;
    std::uint32_t number = 0;
    for (const table::Pool& from : {first, second}) {
        table::Cold cold;
        cold.pool = from.serial;
        cold.lease = from.blocks->take(1, udp).value().handle;
        world.begin(++number, udp, cold);
    }
    world.wait(2);
    world.tables.pools = std::vector{first};
    ++world.tables.generation;
    world.wait(3);
    CHECK(world.v4().size() == 1);
    CHECK(first.blocks->blocks_leased() == 1);
    CHECK(second.blocks->blocks_leased() == 1); // nobody asks it any more
    world.wait(301);
    CHECK(world.v4().size() == 0);
    CHECK(first.blocks->blocks_leased() == 0);
}

TEST_CASE("what a backend that is down answers no more ends, and nothing else")
{
    AgeingWorld world(100);
    set_services(world, 2, 2);
    table::Cold here, there;
    here.service = 0, here.backend = 1;
    there.service = 1, there.backend = 3;
    const auto flows = [&](std::uint8_t protocol, const table::Cold& cold, std::uint32_t number) {
        return world.begin(number, protocol, cold);
    };
    const std::uint32_t unanswered = flows(udp, here, 1);
    const std::uint32_t answered = flows(udp, here, 2);
    const std::uint32_t elsewhere = flows(udp, there, 3);
    const std::uint32_t connection = flows(tcp, here, 4);
    const std::uint32_t unseen = flows(tcp, here, 5); // its answers pass another node
    flows(udp, here, 6);                              // nobody asks any more
    world.v4().entry(connection ^ 1U).saw_tcp(syn | ack);
    const auto send_for = [&](double seconds) {
        for (double passed = 0; passed < seconds; passed += 0.5) {
            world.wait(0.5);
            for (const std::uint32_t entry : {unanswered, answered, elsewhere, connection, unseen})
                if (world.v4().is_live(entry / 2)) world.v4().entry(entry).hit(100, world.v4().tick(world.now));
            world.v4().entry(answered ^ 1U).hit(100, world.v4().tick(world.now));
        }
    };
    send_for(7);
    CHECK(world.v4().size() == 6);
    change_services(world, [](auto& all) { all[0].backends[1].down = true; });
    ++world.tables.generation;
    send_for(2);
    CHECK_FALSE(world.v4().is_live(unanswered / 2));
    CHECK_FALSE(world.v4().is_live(connection / 2));
    CHECK(world.v4().size() == 4);
    change_services(world, [](auto& all) { all[0].backends[1].down = false; });
    ++world.tables.generation;
    const std::uint32_t back = world.begin(7, udp, here);
    send_for(7);
    for (int i = 0; i < 14; ++i) {
        world.wait(0.5);
        world.v4().entry(back).hit(100, world.v4().tick(world.now));
    }
    CHECK(world.v4().size() == 5);
}

TEST_CASE("what a worker has left is met by the next walk, with all that it owned")
{
    AgeingWorld world(100);
    const table::Pool from = pool(7);
    world.tables.pools = std::vector{from};
    ++world.tables.generation;
    table::Cold cold;
    cold.pool = from.serial;
    cold.lease = from.blocks->take(1, udp).value().handle;
    cold.service = 1, cold.backend = 700;
    set_services(world, 3, 500);
    const std::uint32_t entry = world.begin(1, udp, cold);
    world.v4().entry(entry).hit(100, world.v4().tick(world.now));
    world.wait(3);
    REQUIRE(world.v4().leave(entry / 2));
    world.worker_stands_still = true;
    world.wait(3);
    CHECK(world.v4().size() == 0);
    CHECK(from.blocks->blocks_leased() == 1); // somebody may still use it
    world.worker_stands_still = false;
    world.wait(0.1);
    CHECK(from.blocks->blocks_leased() == 0);
    CHECK(world.ageing.ended().at(700).flows == 1);
    CHECK(world.ageing.ended().at(700).packets == 1);
    CHECK_FALSE(world.v4().take_left(entry / 2));
}

TEST_CASE("a pair that lost a race is released without what its maker kept")
{
    AgeingWorld world(2);
    const std::uint32_t winner = world.begin(1, udp);
    table::Pair<table::FlowKey4> loser = test::flow<table::FlowKey4>(1);
    loser.forward.key.protocol = loser.reverse.key.protocol = udp;
    loser.reverse.key.destination_port = 9;
    loser.cold.pool = 3; // no such pool: it would be noticed
    REQUIRE(test::insert(world.v4(), loser).entry == winner);
    CHECK(world.begin(2, udp) == table::none);
    world.wait(1);
    CHECK(world.begin(2, udp) != table::none);
}

TEST_CASE("a walk takes a second, with many sessions up to ten, and one when many end or come")
{
    constexpr std::uint64_t hz = 1'000'000'000;
    ScanPace pace(hz);
    std::uint64_t now = 5 * hz;
    // `more`: how many sessions come in a hundredth of a second.
    const auto seconds = [&](std::uint32_t used, std::uint32_t ended, std::uint32_t more = 0) {
        const std::uint64_t walk = pace.walks(), begun = now;
        std::uint32_t live = used;
        for (bool told = false; pace.walks() == walk; now += hz / 100) {
            const std::uint32_t due = pace.due(now, used, live += more);
            if (pace.walks() == walk) pace.advance(due, std::exchange(told, true) ? 0 : ended);
        }
        return static_cast<double>(now - begun) / hz;
    };
    static_cast<void>(pace.due(now, 10, 10));
    for (const auto& [used, expected] :
         {std::pair(0U, 1.0), {10U, 1.0}, {200'000U, 1.0}, {1'000'000U, 5.0}, {9'000'000U, 10.0}}) {
        seconds(used, 0); // the period follows from what the walk before has met
        CHECK(seconds(used, 0) == Approx(expected).epsilon(0.05));
    }
    seconds(9'000'000, 1'000'000);
    CHECK(seconds(9'000'000, 0) == Approx(1.0).epsilon(0.05));
    CHECK(seconds(9'000'000, 0) == Approx(10.0).epsilon(0.05));
    // A sixteenth more after three seconds; had it come at once, the walk would take one.
    seconds(1'600'000, 0);
    CHECK(seconds(1'600'000, 0, 333) == Approx(3.0).epsilon(0.05));
    CHECK(seconds(1'600'000, 0, 100'000) == Approx(1.0).epsilon(0.05));
}

TEST_CASE("a table that grows without end is walked again and again")
{
    constexpr std::uint64_t hz = 1'000'000'000;
    ScanPace pace(hz);
    std::uint32_t used = 1'000'000;
    for (std::uint64_t now = hz; now < 21 * hz; now += hz / 100)
        pace.advance(pace.due(now, used, used), 0), used += 30'000;
    CHECK(pace.walks() >= 20);
}

} // namespace sluice
