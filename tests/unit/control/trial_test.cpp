// `apply --confirm`: the way back, in time, past it, and over restarts of the control process.
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

#include "tests/unit/control/node_world.hpp"

namespace sluice::control {
namespace {

using namespace sluice::test;
using namespace std::chrono_literals;

const std::string seventy = with(gateway_yaml, "weight: 50", "weight: 70");
const std::string ninety = with(gateway_yaml, "weight: 50", "weight: 90");

bool has_weight(const NodeWorld& world, const std::string& weight)
{
    return has_line(world.dataplane->programmed(),
                    "service order 203.0.113.80:443, 10.1.0.31:8443 weight 100, 10.1.0.32:8443 weight " + weight);
}

Node::Outcome try_out(NodeWorld& world, const std::string& yaml)
{
    world.write(yaml);
    return world.node.apply(world.file, 2min);
}

bool has_file(const NodeWorld& world)
{
    return std::filesystem::exists(world.folder.file("state/trial"));
}

} // namespace

TEST_CASE("a configuration on trial goes back by itself")
{
    NodeWorld world;
    world.start_dataplane();
    REQUIRE(try_out(world, seventy)->applied() == 2);
    CHECK(has_weight(world, "70"));
    CHECK(world.node.status().confirm_left_s() == 120);
    CHECK(world.node.status().trial() ==
          "configuration 2 is on trial: back to 1 unless 'sluicectl confirm' comes in time");
    const auto now = Node::Clock::now();
    CHECK(world.node.step(now) < now + 121s);
    (void)world.node.step(now + 110s);
    CHECK(has_weight(world, "70"));
    (void)world.node.step(now + 121s);
    CHECK(has_weight(world, "50"));
    CHECK(world.node.status().applied() == 3);
    CHECK(world.node.status().confirm_left_s() == 0);
    CHECK(world.node.status().trial() ==
          "configuration 2 was not confirmed in time: what 1 was is in force again, as 3");
    CHECK(error(world.node.confirm()) == "confirm: came too late: " + world.node.status().trial());
    REQUIRE(world.apply(ninety)); // for good
    CHECK(world.node.status().trial().empty());
    CHECK_FALSE(has_file(world));
}

TEST_CASE("a confirmed configuration stays")
{
    NodeWorld world;
    world.start_dataplane();
    CHECK(error(world.node.confirm()) == "confirm: no configuration waits for it");
    REQUIRE(try_out(world, seventy));
    REQUIRE(has_file(world));
    CHECK(world.node.confirm()->applied() == 2);
    CHECK_FALSE(has_file(world));
    (void)world.node.step(Node::Clock::now() + 1h);
    CHECK(has_weight(world, "70"));
    CHECK(world.node.status().trial().empty());
}

TEST_CASE("another configuration during a trial")
{
    NodeWorld world;
    world.start_dataplane();
    REQUIRE(try_out(world, seventy));
    SECTION("for good ends it")
    {
        REQUIRE(world.apply(ninety));
        (void)world.node.step(Node::Clock::now() + 1h);
        CHECK(has_weight(world, "90"));
        CHECK_FALSE(has_file(world));
    }
    SECTION("on trial too has the same way back, past what nobody confirmed")
    {
        REQUIRE(try_out(world, ninety)->applied() == 3);
        (void)world.node.step(Node::Clock::now() + 1h);
        CHECK(has_weight(world, "50"));
    }
    SECTION("that is refused leaves it as it was")
    {
        world.dataplane->refuse("no room");
        CHECK(error(world.apply(ninety)) == "no room");
        CHECK(error(try_out(world, ninety)) == "no room");
        world.dataplane->refuse("");
        CHECK(world.node.status().trial().find("configuration 2 is on trial") == 0);
        (void)world.node.step(Node::Clock::now() + 1h);
        (void)world.node.step(Node::Clock::now() + 2h);
        CHECK(has_weight(world, "50"));
    }
    SECTION("rolled back to is the one before the trial")
    {
        REQUIRE(try_out(world, ninety));
        REQUIRE(world.node.roll_back(0));
        CHECK(has_weight(world, "50"));
        CHECK_FALSE(has_file(world));
    }
}

TEST_CASE("a refused trial leaves no trace")
{
    NodeWorld world;
    world.start_dataplane();
    world.dataplane->refuse("no room");
    CHECK(error(try_out(world, seventy)) == "no room");
    CHECK_FALSE(has_file(world));
    CHECK(world.node.status().trial().empty());
}

TEST_CASE("what is in force already has nothing to be tried")
{
    NodeWorld world;
    world.start_dataplane();
    REQUIRE(try_out(world, gateway_yaml));
    CHECK(world.node.status().trial().empty());
}

TEST_CASE("the time passes while the dataplane is away, and it gets what was before when it comes")
{
    NodeWorld world;
    world.start_dataplane();
    REQUIRE(try_out(world, seventy));
    world.dataplane.reset();
    (void)world.node.step(Node::Clock::now());
    (void)world.node.step(Node::Clock::now() + 121s);
    world.now = Node::Clock::now() + 1h;
    world.start_dataplane();
    CHECK(has_weight(world, "50"));
}

TEST_CASE("a trial outlives the control process")
{
    NodeWorld before;
    before.start_dataplane();
    REQUIRE(try_out(before, seventy));
    const auto restart = [&](Trial::WallClock::duration later) {
        before.dataplane.reset();
        auto after =
            std::make_unique<Node>(read_configuration(before.file).value(),
                                   Generations::open(before.folder.file("state")).value(), before.socket, NodeHooks{});
        REQUIRE(after->keep_first(Trial::WallClock::now() + later));
        return after;
    };
    const auto digest = [](const std::string& yaml) { return load(yaml).digest; };
    SECTION("started again in time it goes on")
    {
        const auto after = restart(1min);
        CHECK(after->status().hello().config_digest() == digest(seventy));
        CHECK(after->status().confirm_left_s() > 50);
        CHECK(after->status().confirm_left_s() <= 60);
        (void)after->step(Node::Clock::now() + 61s);
        CHECK(after->status().hello().config_digest() == digest(gateway_yaml));
    }
    SECTION("confirmed after the restart it stays")
    {
        const auto after = restart(1min);
        REQUIRE(after->confirm());
        CHECK_FALSE(has_file(before));
    }
    SECTION("started again too late it does not come into force, however often")
    {
        for (int i = 0; i < 2; ++i) {
            const auto after = restart(3min);
            CHECK(after->status().hello().config_digest() == digest(gateway_yaml));
            CHECK(after->status().applied() == 3);
            CHECK(after->status().trial() ==
                  "configuration 2 was not confirmed in time: what 1 was is in force again, as 3");
        }
    }
    SECTION("started again with another file that is what counts")
    {
        before.write(ninety);
        const auto after = restart(3min);
        CHECK(after->status().hello().config_digest() == digest(ninety));
        CHECK(after->status().trial().empty());
        CHECK_FALSE(has_file(before));
    }
}

} // namespace sluice::control
