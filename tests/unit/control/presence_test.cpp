// Where the gateway shall be present, as it follows from the configuration.
#include <catch2/catch.hpp>

#include "control/presence/wanted.hpp"
#include "tests/unit/control/world.hpp"

namespace sluice::control::presence {
namespace {

using namespace sluice::test;

std::string present_yaml()
{
    return with(gateway_yaml, "    vni: 5001\n", "    vni: 5001\n    presence: true\n");
}

const api::Network& shop(const ObjectSet& objects)
{
    for (const auto& [key, object] : objects)
        if (object.has_network() && object.network().name() == "shop") return object.network();
    throw std::out_of_range("no network");
}

} // namespace

TEST_CASE("nowhere, unless a network asks for it")
{
    CHECK(wanted_presence(load(gateway_yaml)) == Wanted{});
    CHECK_FALSE(shop(Wanting(gateway_yaml).desired().objects).presence());
}

TEST_CASE("a VPC gets its gateways' addresses, its machines and where they live")
{
    const Wanted wanted = wanted_presence(load(present_yaml()));
    REQUIRE(wanted.vpcs.size() == 1);
    const auto& [name, vpc] = *wanted.vpcs.begin();
    CHECK(name == "shop");
    CHECK(vpc.vni == 5001);
    CHECK(vpc.mtu == 1450);
    CHECK(vpc.gateways.contains({*IpAddress::parse("10.1.0.1"), 24}));
    const auto machine = vpc.neighbors.find(*IpAddress::parse("10.1.0.31"));
    REQUIRE(machine != vpc.neighbors.end());
    CHECK(machine->second.text() == "52:54:00:00:01:31");
    CHECK(vpc.homes.at(machine->second).text() == "10.20.0.11");
    CHECK(wanted.port == 4789);
    CHECK(shop(Wanting(present_yaml()).desired().objects).presence());
}

TEST_CASE("a VTEP that is no interface's address needs a home")
{
    config::Config config = load(present_yaml());
    const IpAddress own = config.ports.at("fabric").addresses.front().address;
    config.vxlan.vtep = own;
    CHECK_FALSE(wanted_presence(config).vtep_needs_home);
    config.vxlan.vtep = *IpAddress::parse("10.255.0.1");
    CHECK(wanted_presence(config).vtep_needs_home);
}

} // namespace sluice::control::presence
