// The reconciler against a dataplane without packets: what is sent, when, and what happens when it goes wrong.
#include <catch2/catch.hpp>

#include <thread>

#include <sys/socket.h>

#include "control/reconciler.hpp"
#include "dataplane/api/socket_address.hpp"
#include "tests/support/objects.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/control/fake_dataplane.hpp"
#include "tests/unit/control/world.hpp"

namespace sluice::control {
namespace {

using namespace sluice::test;
using namespace std::chrono_literals;
using Clock = Reconciler::Clock;

class ReconcilerWorld {
public:
    explicit ReconcilerWorld(int patience_ms = 5'000)
        : reconciler(socket,
                     {[this](const api::Hello& hello, const ObjectSet& programmed) {
                          connections.push_back({hello.start_identity(), programmed.size()});
                      },
                      [this](const ObjectSet&) { return wanted; },
                      [this](std::uint32_t interface, const std::string& address) {
                          neighbors.push_back(std::to_string(interface) + " " + IpAddress::unpack(address)->text());
                      }},
                     patience_ms)
    {
        for (unsigned id = 1; id <= 5; ++id)
            wanted.emplace(object_key(network(id)), network(id));
    }
    [[nodiscard]] std::unique_ptr<FakeDataplane> dataplane(std::uint64_t identity = 1) const
    {
        return std::make_unique<FakeDataplane>(socket, config, identity);
    }
    void want(const api::Object& object) { wanted.insert_or_assign(object_key(object), object); }

    test::TemporaryFolder folder;
    std::string socket = folder.file("dataplane.sock");
    config::Config config = load(gateway_yaml);
    ObjectSet wanted;
    std::vector<std::pair<std::uint64_t, std::size_t>> connections; // start identity, objects it held
    std::vector<std::string> neighbors;
    Clock::time_point now = Clock::now();
    Reconciler reconciler;
};

} // namespace

TEST_CASE("a dataplane that holds nothing is sent all in one transaction")
{
    ReconcilerWorld world;
    const auto dataplane = world.dataplane();
    (void)world.reconciler.step(world.now);
    CHECK(world.reconciler.is_connected());
    CHECK(world.reconciler.error().empty());
    CHECK(world.connections == std::vector<std::pair<std::uint64_t, std::size_t>>{{1, 0}});
    REQUIRE(dataplane->transactions().size() == 1);
    CHECK(dataplane->transactions()[0].upsert_size() == 5);
    CHECK(dataplane->transactions()[0].generation() == 1);
    CHECK(world.reconciler.generation() == 1);
    CHECK(is_empty(delta(dataplane->programmed(), world.wanted)));
}

TEST_CASE("changes of a few milliseconds go together, and what did not change is not sent")
{
    ReconcilerWorld world;
    const auto dataplane = world.dataplane();
    (void)world.reconciler.step(world.now);
    world.want(network(6));
    world.reconciler.mark_dirty(world.now);
    const auto due = world.reconciler.step(world.now); // not yet
    CHECK(dataplane->transactions().size() == 1);
    CHECK(due > world.now);
    world.want(network(7));
    world.reconciler.mark_dirty(world.now);
    world.wanted.erase(object_key(network(1)));
    (void)world.reconciler.step(due);
    REQUIRE(dataplane->transactions().size() == 2);
    CHECK(dataplane->transactions()[1].upsert_size() == 2);
    CHECK(dataplane->transactions()[1].remove_size() == 1);
    CHECK(dataplane->transactions()[1].generation() == 2);
    world.reconciler.mark_dirty(due);
    (void)world.reconciler.step(due + 1s);
    CHECK(dataplane->transactions().size() == 2); // nothing to send
}

TEST_CASE("a connection anew sends only the difference to what the dataplane holds")
{
    ReconcilerWorld world;
    const auto dataplane = world.dataplane();
    (void)world.reconciler.step(world.now);
    SECTION("to the same process")
    {
        dataplane->restart_socket();
        world.want(network(6));
        const auto retry = world.reconciler.step(world.now);
        CHECK_FALSE(world.reconciler.is_connected());
        CHECK(world.reconciler.error() == "the dataplane closed the connection");
        CHECK(retry > world.now);
        (void)world.reconciler.step(retry);
        CHECK(world.reconciler.is_connected());
        CHECK(world.connections.back() == std::pair<std::uint64_t, std::size_t>{1, 5});
        REQUIRE(dataplane->transactions().size() == 2);
        CHECK(dataplane->transactions()[1].upsert_size() == 1);
        CHECK(dataplane->transactions()[1].generation() == 2);
    }
    SECTION("from another control process")
    {
        const ObjectSet held = world.wanted;
        Reconciler other(world.socket, {[](const auto&, const auto&) {}, [&](const ObjectSet&) { return held; },
                                        [](auto, const auto&) {}});
        (void)other.step(world.now);
        CHECK(other.is_connected());
        CHECK(dataplane->transactions().size() == 1); // it holds all of it already
        CHECK(other.generation() == 1);
    }
}

TEST_CASE("a dataplane that was started anew is sent all again")
{
    ReconcilerWorld world;
    auto dataplane = world.dataplane(1);
    (void)world.reconciler.step(world.now);
    dataplane.reset();
    dataplane = world.dataplane(2);
    const auto retry = world.reconciler.step(world.now);
    (void)world.reconciler.step(retry);
    CHECK(world.connections.back() == std::pair<std::uint64_t, std::size_t>{2, 0});
    REQUIRE(dataplane->transactions().size() == 1);
    CHECK(dataplane->transactions()[0].upsert_size() == 5);
    CHECK(world.reconciler.tally().connections == 2);
    CHECK(world.reconciler.tally().dataplane_starts == 2);
}

TEST_CASE("a refused transaction changes nothing, is said, and is tried again ever more rarely")
{
    ReconcilerWorld world;
    const auto dataplane = world.dataplane();
    (void)world.reconciler.step(world.now);
    dataplane->refuse("there is room for 5 networks");
    world.want(network(6));
    const auto refused = world.reconciler.program(world.now);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().text() == "there is room for 5 networks");
    CHECK(world.reconciler.is_connected());
    CHECK(world.reconciler.error() == "transaction refused: there is room for 5 networks");
    CHECK(world.reconciler.generation() == 1);
    CHECK(world.reconciler.programmed().size() == 5);

    Clock::time_point due = world.now;
    Clock::duration wait{};
    for (int i = 0; i < 9; ++i) {
        const auto next = world.reconciler.step(due);
        CHECK(next - due >= wait);
        wait = next - due;
        due = next;
    }
    CHECK(wait == 5s);
    dataplane->refuse("");
    (void)world.reconciler.step(due);
    CHECK(world.reconciler.error().empty());
    CHECK(dataplane->programmed().size() == 6);
}

TEST_CASE("a refusal names the object, nothing of its transaction stays, and the rest follows when it is mended")
{
    ReconcilerWorld world;
    const auto dataplane = world.dataplane();
    (void)world.reconciler.step(world.now);
    world.want(network(6));
    const api::Object stray = route(77, "10.9.0.0/16"); // of a network that nobody has
    world.want(stray);
    const auto refused = world.reconciler.program(world.now);
    REQUIRE_FALSE(refused);
    CHECK(world.reconciler.error() == "transaction refused: route 10.9.0.0/16 in network 77: there is no network 77");
    CHECK(dataplane->programmed().size() == 5);
    CHECK(world.reconciler.programmed().size() == 5);
    CHECK(world.reconciler.tally().refused == 1);
    world.wanted.erase(object_key(stray));
    world.reconciler.mark_dirty(world.now);
    (void)world.reconciler.step(world.now + 1s);
    CHECK(dataplane->programmed().size() == 6);
    CHECK(world.reconciler.error().empty());
    CHECK(world.reconciler.tally().committed == 2);
}

TEST_CASE("a dataplane that is not there is looked for ever more rarely, and at once programmed when it comes")
{
    ReconcilerWorld world;
    Clock::time_point due = world.now;
    std::vector<long> waits;
    for (int i = 0; i < 8; ++i) {
        const auto next = world.reconciler.step(due);
        waits.push_back(static_cast<long>((next - due) / 1ms));
        due = next;
    }
    CHECK(waits == std::vector<long>{100, 200, 400, 800, 1'600, 3'200, 5'000, 5'000});
    CHECK(world.reconciler.error() == world.socket + ": nobody answers; is sluice-dataplane running?");
    CHECK(world.reconciler.descriptor() == -1);
    CHECK_FALSE(world.reconciler.program(due));

    const auto dataplane = world.dataplane();
    (void)world.reconciler.step(due);
    CHECK(world.reconciler.is_connected());
    CHECK(world.reconciler.error().empty());
    CHECK(dataplane->programmed().size() == 5);
}

TEST_CASE("a dataplane that falls silent is left, and asked what it holds when it speaks again")
{
    ReconcilerWorld world(200);
    const auto dataplane = world.dataplane();
    (void)world.reconciler.step(world.now);
    world.want(network(6));
    dataplane->be_slow(300ms); // longer than the patience above
    const auto lost = world.reconciler.program(world.now);
    REQUIRE_FALSE(lost);
    CHECK(lost.error().text() == world.socket + ": sluice-dataplane did not answer in time");
    CHECK_FALSE(world.reconciler.is_connected());
    CHECK(world.reconciler.descriptor() == -1);
    dataplane->be_slow(0ms); // waits for the one that was under way: it was carried out after all
    const auto before = dataplane->transactions().size();
    const auto due = world.reconciler.step(world.now);
    CHECK(due == world.now + 100ms);
    (void)world.reconciler.step(due);
    CHECK(world.reconciler.is_connected());
    CHECK(world.connections.back().second == 6);
    CHECK(dataplane->transactions().size() == before); // so nothing was sent twice
}

TEST_CASE("a neighbour that the dataplane wants is passed on")
{
    ReconcilerWorld world;
    const auto dataplane = world.dataplane();
    (void)world.reconciler.step(world.now);
    dataplane->want_neighbor(1, packed("10.20.0.11"));
    for (int i = 0; i < 1'000 && world.neighbors.empty(); ++i) {
        std::this_thread::sleep_for(1ms);
        (void)world.reconciler.step(world.now);
    }
    CHECK(world.neighbors == std::vector<std::string>{"1 10.20.0.11"});
}

} // namespace sluice::control
