// What is announced, and when.
#include <catch2/catch.hpp>

#include <fstream>

#include "control/announce/announcer.hpp"
#include "control/announce/drain_mark.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/control/world.hpp"

namespace sluice::control::announce {
namespace {

using namespace sluice::test;
using std::chrono::milliseconds;
using Lines = std::vector<std::string>;

const std::string announcing = std::string(gateway_yaml) + "bgp: {announce: {services: {}, eips: {}, nat-pools: {}}}\n";

// A node that has been programmed with its configuration, and is ready, unless a test says otherwise.
class Announcing {
public:
    explicit Announcing(const std::string& yaml = announcing)
        : wanting(yaml)
        , held(usable_services(wanting.desired().objects))
    {
        announcer.set_next(held);
    }
    std::optional<netlink::WantedRoutes> decide(milliseconds later = milliseconds(0))
    {
        now += later;
        return announcer.decide({wanting.config, drained, settled, dataplane, has_way_out, held}, now);
    }
    // "203.0.113.80/32 service order"
    Lines wished(milliseconds later = milliseconds(0))
    {
        (void)decide(later);
        Lines out;
        for (const auto& [prefix, wish] : announcer.wishes())
            out.push_back(prefix.text() + " " + std::string(text(wish.kind)) + " " + wish.of);
        return out;
    }
    std::uint64_t serves(milliseconds later = milliseconds(0)) { return decide(later)->dataplane; }

    Wanting wanting;
    Usable held;
    bool drained = false;
    bool settled = true;
    bool has_way_out = true;
    std::uint64_t dataplane = 7;
    Announcer::Clock::time_point now{std::chrono::hours(1)};
    Announcer announcer;
};

const Lines all{"203.0.113.10/32 eip shop", "203.0.113.64/30 nat-pool carrier", "203.0.113.80/32 service order"};

} // namespace

TEST_CASE("services, EIPs and pools are announced, each with its kind")
{
    Announcing node;
    CHECK(node.wished() == all);
    const auto routes = node.decide();
    REQUIRE(routes);
    CHECK(routes->dataplane == 7);
    CHECK(routes->metrics.at(Prefix::parse("203.0.113.80/32").value()) == 100);
    CHECK(routes->metrics.at(Prefix::parse("203.0.113.10/32").value()) == 101);
    CHECK(routes->metrics.at(Prefix::parse("203.0.113.64/30").value()) == 102);
}

TEST_CASE("only the kinds that the configuration allows are announced, and without a bgp section none")
{
    CHECK(Announcing(with(announcing, "eips: {}, nat-pools: {}", "eips: {}")).wished() == Lines{all[0], all[2]});
    CHECK(Announcing(with(announcing, "services: {}, eips: {}, ", "")).wished() == Lines{all[1]});
    Announcing none{std::string(gateway_yaml)};
    CHECK(none.decide() == netlink::WantedRoutes{});
    none.settled = false;
    CHECK(none.decide() == netlink::WantedRoutes{});
}

TEST_CASE("a service is announced while the dataplane has a usable backend for it and keeps one")
{
    Announcing node;
    const Usable usable = node.held;
    node.announcer.set_next({}); // about to be programmed: withdrawn at once
    CHECK(node.wished() == Lines{all[0], all[1]});
    node.announcer.set_next(usable);
    node.held.clear(); // programmed without: announced when it is there
    CHECK(node.wished() == Lines{all[0], all[1]});
    node.held = usable;
    CHECK(node.wished() == all);
    node.announcer.set_next({{"order", IpAddress::parse("203.0.113.99").value()}}); // moves: the old address goes first
    CHECK(node.wished() == Lines{all[0], all[1]});
}

TEST_CASE("backends of weight 0 are not usable, and services without any are not listed")
{
    Wanting drained(with(with(gateway_yaml, "weight: 50", "weight: 0"), "{address: 10.1.0.31, port: 8443}",
                         "{address: 10.1.0.31, port: 8443, weight: 0}"));
    CHECK(usable_services(drained.desired().objects).empty());
    CHECK(usable_services({}).empty());
    Wanting half(with(gateway_yaml, "weight: 50", "weight: 0"));
    CHECK(usable_services(half.desired().objects).contains("order"));
}

TEST_CASE("an address of several services is announced while one of them works")
{
    Announcing node;
    const IpAddress address = IpAddress::parse("203.0.113.80").value();
    node.held = {{"order", address}, {"plain", address}};
    node.announcer.set_next(node.held);
    CHECK(node.wished()[2] == "203.0.113.80/32 service order, plain");
    node.announcer.set_next({{"plain", address}});
    CHECK(node.wished()[2] == "203.0.113.80/32 service plain");
}

TEST_CASE("a drained node announces nothing, whatever else is the case")
{
    Announcing node;
    node.drained = true;
    CHECK(node.decide() == netlink::WantedRoutes{});
    node.settled = false;
    CHECK(node.decide() == netlink::WantedRoutes{});
}

TEST_CASE("until the dataplane has settled everything stays as it is")
{
    Announcing node;
    node.settled = false;
    CHECK_FALSE(node.decide());
    CHECK(node.announcer.waits_for() == "the dataplane has not been programmed yet");
    node.settled = true;
    CHECK(node.serves() == 7);
    CHECK(node.announcer.waits_for().empty());
}

TEST_CASE("nothing is added before the kernel's routes have come to rest, or patience has ended")
{
    Announcing node;
    node.announcer.kernel_changed(node.now);
    CHECK(node.serves() == 0);
    CHECK(node.announcer.waits());
    CHECK(node.announcer.waits_for() == "routes are still coming in");
    CHECK(node.wished() == all); // what is there and wished for stays
    node.announcer.kernel_changed(node.now + milliseconds(400));
    CHECK(node.serves(milliseconds(600)) == 0);
    CHECK(node.serves(Announcer::quiet) == 7);
    node.announcer.kernel_changed(node.now); // once ready, always ready
    CHECK(node.serves() == 7);

    node.dataplane = 8; // another one
    CHECK(node.serves() == 0);
    for (int i = 0; i < 99; ++i) {
        node.announcer.kernel_changed(node.now);
        CHECK(node.serves(milliseconds(100)) == 0);
    }
    node.announcer.kernel_changed(node.now);
    CHECK(node.serves(milliseconds(100)) == 8);
    CHECK_FALSE(node.announcer.waits());
}

TEST_CASE("a node without a way out waits for one, but not forever")
{
    Announcing node;
    node.has_way_out = false;
    CHECK(node.serves() == 0);
    CHECK(node.announcer.waits_for() == "there is no route out of this node yet");
    CHECK(node.serves(Announcer::patience - milliseconds(1)) == 0);
    CHECK(node.serves(milliseconds(1)) == 7);
}

TEST_CASE("the drain mark outlives the process, and what cannot be written is refused")
{
    test::TemporaryFolder folder;
    const auto now = DrainMark::Clock::time_point(std::chrono::seconds(1'800'000'000));
    DrainMark mark(folder.path());
    CHECK_FALSE(mark.since());
    REQUIRE(mark.set(true, now));
    CHECK(DrainMark(folder.path()).since() == now);
    REQUIRE(mark.set(true, now + std::chrono::hours(1))); // again: since the first time
    CHECK(mark.since() == now);
    REQUIRE(mark.set(false, now));
    CHECK_FALSE(mark.since());
    CHECK_FALSE(DrainMark(folder.path()).since());
    std::ofstream(folder.file("drained")) << "what?\n";
    CHECK(DrainMark(folder.path()).since());

    DrainMark nowhere(folder.file("no/such/folder"));
    const auto refused = nowhere.set(true, now);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().text().find("nothing was changed") != std::string::npos);
    CHECK_FALSE(nowhere.since());
}

} // namespace sluice::control::announce
