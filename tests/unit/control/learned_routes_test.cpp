// What the kernel teaches, brought to the dataplane's own tables: all of it, and nothing that did not change.
#include <catch2/catch.hpp>

#include <map>
#include <random>

#include "control/desired/learned_routes.hpp"
#include "control/reconciler.hpp"
#include "tests/support/objects.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/control/fake_dataplane.hpp"
#include "tests/unit/control/world.hpp"

namespace sluice::control {
namespace {

using namespace sluice::test;

KernelVia via(const char* gateway, const char* source = "bgp", const char* interface = "fabric")
{
    return {{{interface, IpAddress::parse(gateway), 1}}, source};
}

RouteKey key(const std::string& prefix)
{
    return RouteKey::of(Prefix::parse(prefix).value());
}

KernelUpdate learn(const std::vector<std::pair<std::string, std::uint32_t>>& routes,
                   std::vector<std::pair<std::uint32_t, KernelVia>> vias = {})
{
    KernelUpdate update;
    update.vias = std::move(vias);
    for (const auto& [prefix, number] : routes)
        update.routes.push_back({key(prefix), number});
    return update;
}

class Learning {
public:
    Learning() { routes.set_interfaces(Interfaces(config)); }

    // "+192.0.2.0/24 10.20.0.1 bgp", "-192.0.2.0/24", in pieces of `limit`.
    std::vector<std::string> sent(std::size_t limit = 100, bool is_taken = true)
    {
        std::vector<std::string> lines;
        for (;;) {
            api::Transaction piece;
            if (routes.fill(piece, limit) == 0) break;
            CHECK(api::check(piece.upsert_routes(), true));
            CHECK(api::check(piece.remove_routes(), false));
            CHECK(api::count(piece.upsert_routes()) + api::count(piece.remove_routes()) <= limit);
            api::for_each_route(piece.remove_routes(),
                                [&](const RouteKey& gone, auto) { lines.push_back("-" + gone.prefix().text()); });
            api::for_each_route(piece.upsert_routes(), [&](const RouteKey& set, std::uint32_t group) {
                const api::RouteGroup& to = piece.upsert_routes().groups(static_cast<int>(group));
                std::string line = "+" + set.prefix().text();
                for (const api::NextHop& hop : to.hops())
                    line += " " + (hop.gateway().empty() ? "on-link" : IpAddress::unpack(hop.gateway())->text());
                lines.push_back(line + " " + to.source());
            });
            if (!is_taken) {
                routes.refused();
                break;
            }
            routes.committed();
        }
        std::sort(lines.begin(), lines.end());
        return lines;
    }

    config::Config config = load(gateway_yaml);
    LearnedRoutes routes;
};

using Lines = std::vector<std::string>;

} // namespace

TEST_CASE("what is learned is sent once, and then what changes")
{
    Learning at;
    at.routes.apply(learn({{"192.0.2.0/24", 0}, {"192.0.3.0/24", 1}, {"2001:db8::/32", 0}},
                          {{0, via("10.20.0.1")}, {1, via("10.20.0.2", "kernel")}}));
    CHECK(at.routes.is_due());
    CHECK(at.sent(2) ==
          Lines{"+192.0.2.0/24 10.20.0.1 bgp", "+192.0.3.0/24 10.20.0.2 kernel", "+2001:db8::/32 10.20.0.1 bgp"});
    CHECK(at.sent().empty());
    CHECK(at.routes.size() == 3);
    CHECK(at.routes.programmed() == 3);
    at.routes.apply(learn({{"192.0.2.0/24", 1}, {"192.0.3.0/24", no_via}, {"192.0.9.0/24", no_via}}));
    CHECK(at.sent() == Lines{"+192.0.2.0/24 10.20.0.2 kernel", "-192.0.3.0/24"});
    CHECK(at.routes.size() == 2);
    CHECK(at.routes.programmed() == 2);
    // There and back again between two rounds is nothing.
    at.routes.apply(learn({{"192.0.2.0/24", 0}, {"192.0.7.0/24", 0}}));
    at.routes.apply(learn({{"192.0.2.0/24", 1}, {"192.0.7.0/24", no_via}}));
    CHECK(at.sent().empty());
    CHECK(at.routes.size() == 2);
}

TEST_CASE("a number that comes to mean something else moves the routes that are told with it")
{
    Learning at;
    at.routes.apply(learn({{"192.0.2.0/24", 0}, {"192.0.3.0/24", 0}}, {{0, via("10.20.0.1")}}));
    (void)at.sent();
    at.routes.apply(learn({{"192.0.2.0/24", 0}, {"192.0.3.0/24", no_via}}, {{0, via("10.20.0.5")}}));
    CHECK(at.sent() == Lines{"+192.0.2.0/24 10.20.0.5 bgp", "-192.0.3.0/24"});
}

TEST_CASE("what was refused is due again, with what has changed since")
{
    Learning at;
    at.routes.apply(learn({{"192.0.2.0/24", 0}, {"192.0.3.0/24", 0}}, {{0, via("10.20.0.1")}, {1, via("10.20.0.2")}}));
    CHECK(at.sent(100, false).size() == 2);
    CHECK(at.routes.programmed() == 0);
    CHECK(at.routes.is_due());
    at.routes.apply(learn({{"192.0.2.0/24", 1}, {"192.0.3.0/24", no_via}}));
    CHECK(at.sent() == Lines{"+192.0.2.0/24 10.20.0.2 bgp"});
    CHECK_FALSE(at.routes.is_due());
}

TEST_CASE("what there is no room for is left out, and follows when others go")
{
    Learning at;
    at.routes.set_room(2);
    at.routes.apply(learn({{"192.0.2.0/24", 0}, {"192.0.3.0/24", 0}, {"192.0.4.0/24", 0}, {"192.0.5.0/24", 0}},
                          {{0, via("10.20.0.1")}, {1, via("10.20.0.2")}}));
    CHECK(at.sent() == Lines{"+192.0.4.0/24 10.20.0.1 bgp", "+192.0.5.0/24 10.20.0.1 bgp"});
    CHECK(at.routes.left_out() == 2);
    CHECK_FALSE(at.routes.is_due());
    // Those that are there may change; one that was left out goes unnoticed.
    at.routes.apply(learn({{"192.0.5.0/24", 1}, {"192.0.3.0/24", no_via}}));
    CHECK(at.sent() == Lines{"+192.0.5.0/24 10.20.0.2 bgp"});
    CHECK(at.routes.left_out() == 1);
    // One goes and another comes, in one transaction.
    at.routes.apply(learn({{"192.0.5.0/24", no_via}}));
    CHECK(at.sent() == Lines{"+192.0.2.0/24 10.20.0.1 bgp", "-192.0.5.0/24"});
    CHECK(at.routes.left_out() == 0);
    at.routes.apply(learn({{"192.0.6.0/24", 0}, {"192.0.7.0/24", 0}}));
    CHECK(at.sent().empty());
    CHECK(at.routes.left_out() == 2);
    at.routes.set_room(3);
    CHECK(at.routes.is_due());
    CHECK(at.sent().size() == 1);
    CHECK(at.routes.left_out() == 1);
    CHECK(at.routes.programmed() == 3);
}

TEST_CASE("what comes and goes while there is no room is not remembered for ever")
{
    Learning at;
    at.routes.set_room(1);
    at.routes.apply(learn({{"192.0.2.0/24", 0}, {"192.0.3.0/24", 0}}, {{0, via("10.20.0.1")}}));
    CHECK(at.sent().size() == 1);
    for (std::uint32_t i = 0; i < 20'000; ++i) {
        const RouteKey passing{std::uint64_t{0x14000000 + (i << 8)} << 32, 0, 24, false};
        KernelUpdate comes, goes;
        comes.routes.push_back({passing, 0});
        goes.routes.push_back({passing, no_via});
        at.routes.apply(comes);
        CHECK(at.sent().empty());
        at.routes.apply(goes);
        CHECK(at.sent().empty());
    }
    CHECK(at.routes.left_out() == 1);
    CHECK(at.routes.bytes_used() < 200'000); // of a million, had each been kept
    at.routes.apply(learn({{"192.0.3.0/24", no_via}}));
    CHECK(at.sent().size() == 2);
    CHECK(at.routes.left_out() == 0);
}

TEST_CASE("a removal that was refused makes no room")
{
    Learning at;
    at.routes.set_room(1);
    at.routes.apply(learn({{"192.0.2.0/24", 0}, {"192.0.3.0/24", 0}}, {{0, via("10.20.0.1")}}));
    CHECK(at.sent() == Lines{"+192.0.3.0/24 10.20.0.1 bgp"});
    at.routes.apply(learn({{"192.0.3.0/24", no_via}}));
    CHECK(at.sent(100, false).size() == 2);
    CHECK(at.routes.programmed() == 1);
    CHECK(at.sent() == Lines{"+192.0.2.0/24 10.20.0.1 bgp", "-192.0.3.0/24"});
    CHECK(at.routes.programmed() == 1);
    CHECK(at.routes.left_out() == 0);
}

TEST_CASE("only hops over interfaces of ours count, and a route without any is left out")
{
    Learning at;
    KernelVia mixed = via("10.20.0.1");
    mixed.hops.push_back({"docker0", IpAddress::parse("172.17.0.1"), 1});
    mixed.hops.push_back({"edge", std::nullopt, 3});
    at.routes.apply(
        learn({{"192.0.2.0/24", 0}, {"192.0.3.0/24", 1}}, {{0, mixed}, {1, via("172.17.0.1", "bgp", "docker0")}}));
    CHECK(at.sent() == Lines{"+192.0.2.0/24 10.20.0.1 on-link bgp"});
    CHECK(at.routes.next_hops() == std::set<NeighborPlace>{{"fabric", *IpAddress::parse("10.20.0.1")}});
    CHECK(at.routes.take_next_hops_changed());
    CHECK_FALSE(at.routes.take_next_hops_changed());
    at.config.ports["docker0"] = at.config.ports.at("edge"); // as after a restart
    at.routes.set_interfaces(Interfaces(at.config));
    const Lines sent = at.sent();
    CHECK(std::count(sent.begin(), sent.end(), "+192.0.3.0/24 172.17.0.1 bgp") == 1);
    CHECK(at.routes.take_next_hops_changed());
    at.routes.apply(learn({{"192.0.2.0/24", no_via}, {"192.0.3.0/24", no_via}}));
    CHECK(at.routes.next_hops().empty());
    CHECK(at.routes.take_next_hops_changed());
}

TEST_CASE("dead routing daemons' routes go, those of the kernel stay, and all come back")
{
    Learning at;
    at.routes.apply(learn({{"192.0.2.0/24", 0}, {"192.0.3.0/24", 1}, {"192.0.4.0/24", 2}},
                          {{0, via("10.20.0.1")}, {1, via("10.20.0.1", "kernel")}, {2, via("10.20.0.1", "ospf")}}));
    (void)at.sent();
    CHECK(at.routes.use_daemons(false));
    CHECK_FALSE(at.routes.use_daemons(false));
    CHECK(at.sent() == Lines{"-192.0.2.0/24", "-192.0.4.0/24"});
    at.routes.apply(learn({{"192.0.5.0/24", 0}, {"192.0.2.0/24", no_via}}));
    CHECK(at.sent().empty());
    CHECK(at.routes.use_daemons(true));
    CHECK(at.sent() == Lines{"+192.0.4.0/24 10.20.0.1 ospf", "+192.0.5.0/24 10.20.0.1 bgp"});
}

TEST_CASE("a dataplane that holds something else is brought to the kernel's routes entry by entry")
{
    Learning at;
    at.routes.apply(learn({{"192.0.2.0/24", 0}, {"192.0.3.0/24", 0}, {"192.0.4.0/24", 0}}, {{0, via("10.20.0.1")}}));
    CHECK(at.sent(2, false).size() == 2); // the connection was lost in the midst of it
    api::RouteSet held;
    add_learned(held, "192.0.2.0/24", "10.20.0.1", 1);
    add_learned(held, "192.0.3.0/24", "10.20.0.9", 1);
    add_learned(held, "192.0.9.0/24", "10.20.0.1", 1);
    for (int i = 0; i < 2; ++i) { // the second time is another connection
        at.routes.begin_reading();
        for (api::RouteSet* piece : {&held}) {
            piece->mutable_groups(0)->mutable_hops(0)->set_weight(1);
            REQUIRE(at.routes.read(*piece));
        }
        at.routes.end_reading();
    }
    CHECK(at.routes.programmed() == 3);
    CHECK(at.sent() == Lines{"+192.0.3.0/24 10.20.0.1 bgp", "+192.0.4.0/24 10.20.0.1 bgp", "-192.0.9.0/24"});
    CHECK(at.routes.programmed() == 3);
    held.mutable_prefixes4()->pop_back();
    at.routes.begin_reading();
    CHECK_FALSE(at.routes.read(held));
}

namespace {

// A node with nothing but learned routes.
class Reconciling {
public:
    Reconciling()
    {
        routes.set_interfaces(Interfaces(config));
        for (std::uint32_t number = 0; number < 4; ++number)
            routes.apply(learn({}, {{number, via(("10.20.0." + std::to_string(number + 1)).c_str())}}));
    }
    void step(int rounds = 1)
    {
        for (int i = 0; i < rounds; ++i)
            (void)reconciler.step(now += std::chrono::seconds(10));
    }
    void set(const std::string& prefix, std::uint32_t number)
    {
        routes.apply(learn({{prefix, number}}));
        reconciler.mark_routes_due(now);
        if (number == no_via)
            kernel.erase(key(prefix));
        else
            kernel[key(prefix)] = number;
    }
    // What the dataplane holds, compared with what the kernel has.
    void compare(const FakeDataplane& dataplane) const
    {
        Lines held;
        for (const auto& [place, object] : dataplane.programmed())
            held.push_back(describe(object));
        Lines expected;
        for (const auto& [route, number] : kernel)
            expected.push_back("route " + route.prefix().text() + " in network 0 via 10.20.0." +
                               std::to_string(number + 1) + " on interface 1");
        std::sort(held.begin(), held.end());
        std::sort(expected.begin(), expected.end());
        REQUIRE(held == expected);
    }

    TemporaryFolder folder;
    std::string socket = folder.file("dataplane.sock");
    config::Config config = load(gateway_yaml);
    LearnedRoutes routes;
    std::map<RouteKey, std::uint32_t> kernel;
    Reconciler::Clock::time_point now = Reconciler::Clock::now();
    int settled = 0;
    Reconciler reconciler{socket,
                          {.connected = [](const auto&, const auto&) {},
                           .wanted = [](const ObjectSet&) { return ObjectSet(); },
                           .neighbor_wanted = [](auto, const auto&) {},
                           .settled = [this](bool) { ++settled; },
                           .learned = &routes}};
};

} // namespace

TEST_CASE("more routes than a message has go in several, and the node is settled after the last")
{
    Reconciling at;
    auto dataplane = std::make_unique<FakeDataplane>(at.socket, at.config);
    constexpr std::uint32_t many = 150'000;
    KernelUpdate update;
    for (std::uint32_t i = 0; i < many; ++i)
        update.routes.push_back({{std::uint64_t{0x14000000 + (i << 8)} << 32, 0, 24, false}, i % 4});
    at.routes.apply(update);
    (void)at.reconciler.step(at.now); // connects, and has no objects to send
    CHECK(at.settled == 0);
    CHECK_FALSE(at.reconciler.is_settled());
    auto due = at.now;
    for (int i = 0; i < 3; ++i) {
        CHECK_FALSE(at.reconciler.is_settled());
        due = at.reconciler.step(at.now); // at once: nothing else waits behind them
    }
    CHECK(due > at.now);
    CHECK(at.reconciler.is_settled());
    CHECK(at.settled == 1);
    REQUIRE(dataplane->transactions().size() == 3);
    for (const api::Transaction& sent : dataplane->transactions())
        CHECK(api::count(sent.upsert_routes()) <= api::routes_per_message);
    CHECK(dataplane->programmed().size() == many);

    // Another control process reads them in pieces and has nothing to say.
    Reconciling other;
    other.routes.apply(update);
    Reconciler again(at.socket, {.connected = [](const auto&, const auto&) {},
                                 .wanted = [](const ObjectSet&) { return ObjectSet(); },
                                 .neighbor_wanted = [](auto, const auto&) {},
                                 .learned = &other.routes});
    (void)again.step(at.now);
    CHECK(other.routes.programmed() == many);
    CHECK(again.is_settled());
    CHECK(dataplane->transactions().size() == 3);
}

TEST_CASE("whatever comes, goes, is refused or restarted, the dataplane ends with the kernel's set")
{
    std::mt19937 random(3);
    const auto below = [&](unsigned bound) { return static_cast<unsigned>(random() % bound); };
    Reconciling at;
    std::uint64_t identity = 1;
    auto dataplane = std::make_unique<FakeDataplane>(at.socket, at.config, identity);
    at.step();
    for (int round = 0; round < 60; ++round) {
        for (unsigned i = below(30); i-- > 0;) {
            const std::string prefix = below(2) == 0 ? "20.0." + std::to_string(below(40)) + ".0/24"
                                                     : "2001:db8:" + std::to_string(below(40)) + "::/48";
            at.set(prefix, below(3) == 0 ? no_via : below(4));
        }
        switch (below(6)) {
        case 0:
            dataplane->refuse("not now");
            at.step(2);
            dataplane->refuse("");
            break;
        case 1: // another process with the same tables
            dataplane->restart_socket();
            break;
        case 2: // an empty one
            dataplane.reset();
            at.step();
            dataplane = std::make_unique<FakeDataplane>(at.socket, at.config, ++identity);
            break;
        default:
            break;
        }
        at.step(4);
        INFO(round);
        REQUIRE(at.reconciler.is_settled());
        at.compare(*dataplane);
    }
}

TEST_CASE("a table that is full does not keep the node from being settled")
{
    Reconciling at;
    auto dataplane = std::make_unique<FakeDataplane>(at.socket, at.config);
    at.routes.set_room(1'000);
    KernelUpdate update;
    for (std::uint32_t i = 0; i < 1'500; ++i)
        update.routes.push_back({{std::uint64_t{0x14000000 + (i << 8)} << 32, 0, 24, false}, i % 4});
    at.routes.apply(update);
    at.step(4);
    CHECK(at.reconciler.is_settled());
    CHECK(at.reconciler.error().empty());
    CHECK(dataplane->programmed().size() == 1'000);
    CHECK(at.routes.left_out() == 500);
    dataplane->restart_socket(); // all is read again, and compared
    at.step(4);
    CHECK(at.reconciler.is_settled());
    CHECK(at.routes.programmed() == 1'000);
    CHECK(at.routes.left_out() == 500);
}

TEST_CASE("a refused piece of routes holds no objects up")
{
    Reconciling at;
    auto dataplane = std::make_unique<FakeDataplane>(at.socket, at.config);
    at.routes.apply(learn({{"192.0.2.0/24", 0}}));
    KernelUpdate too_many; // memory.routes is a million in the tables of tests
    for (std::uint32_t i = 0; i < 1'000'001; ++i)
        too_many.routes.push_back({{std::uint64_t{0x14000000 + (i << 8)} << 32, 0, 24, false}, 0});
    at.routes.apply(too_many);
    at.step(40);
    CHECK(at.reconciler.error() == "transaction refused: learned routes: there is room for 1000000 routes");
    CHECK_FALSE(at.reconciler.is_settled());
    at.routes.apply(learn({{"192.0.2.0/24", no_via}}));
    at.set("20.0.0.0/24", no_via);
    at.step(4);
    CHECK(at.reconciler.error().empty());
    CHECK(at.reconciler.is_settled());
}

} // namespace sluice::control
