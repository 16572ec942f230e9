// From a configuration, the kernel and the registries to the objects that the dataplane should hold.
#include <catch2/catch.hpp>

#include "control/delta.hpp"
#include "dataplane/table/model.hpp"
#include "tests/support/objects.hpp"
#include "tests/unit/control/world.hpp"

namespace sluice::control {
namespace {

using namespace sluice::test;

const api::Object& only(const ObjectSet& objects, api::Object::KindCase kind, std::size_t nth = 0)
{
    for (const auto& [key, object] : objects)
        if (object.kind_case() == kind && nth-- == 0) return object;
    throw std::out_of_range("no such object");
}

std::vector<table::Interface> interfaces(std::size_t count)
{
    std::vector<table::Interface> result(count);
    for (std::size_t i = 0; i < count; ++i)
        result[i].id = static_cast<std::uint16_t>(i);
    result[0].name = "edge", result[1].name = "fabric", result[2].name = "n3";
    return result;
}

} // namespace

TEST_CASE("a configuration becomes these objects and no others")
{
    const Wanting node(gateway_yaml);
    const Desired wanted = node.desired();
    CHECK(wanted.problems.empty());
    CHECK(lines(wanted.objects) ==
          std::vector<std::string>{
              "interface edge 198.51.100.2/24 2001:db8:f::2/64",
              "interface fabric 10.20.0.2/24 terminates vxlan",
              "interface n3 10.30.0.1/24 terminates gtpu",
              "network phones vni 0 mtu 1450",
              "network shop vni 5001 mtu 1450",
              "route 0.0.0.0/0 in network 0 via 198.51.100.1 on interface 0",
              "route 10.20.0.0/24 in network 0 via interface 1",
              "route 10.21.0.0/24 in network 0 via 10.20.0.254 on interface 1",
              "route 10.30.0.0/24 in network 0 via interface 2",
              "route 198.51.100.0/24 in network 0 via interface 0",
              "route 2001:db8:f::/64 in network 0 via interface 0",
              "route 100.64.0.0/16 in network 1", // a phone that nobody knows ends here
              "route 100.64.0.7/32 in network 1 via gtpu peer 10.30.0.9 teid 8193",
              "route 10.1.0.0/24 in network 2",
              "route 10.1.0.31/32 in network 2 via vtep 10.20.0.11 mac 52:54:00:00:01:31",
              "route 10.1.0.32/32 in network 2 via vtep 10.21.0.12 mac 52:54:00:00:01:32",
              "route 192.168.7.0/24 in network 2 via vtep 10.20.0.11 mac 52:54:00:00:01:31", // behind a machine
              "neighbor 198.51.100.1 02:00:00:00:02:01 on interface 0",
              "gtpu session 100.64.0.7 teid 4097 peer 10.30.0.9",
              "pool carrier",
              "nat.rules[0] 100.64.0.0/16",
              "nat.rules[1] 0.0.0.0/0",
              "eip 203.0.113.10 for 10.1.0.20",
              "service order 203.0.113.80:443, 10.1.0.31:8443 weight 100, 10.1.0.32:8443 weight 50",
              "settings",
          });
}

TEST_CASE("the dataplane's own tables take what is wanted")
{
    const Wanting node(gateway_yaml);
    table::Model model(interfaces(3), 2, {});
    api::Transaction transaction = delta({}, node.desired().objects);
    transaction.set_generation(1);
    const auto applied = model.apply(transaction);
    INFO((applied ? "" : applied.error().text()));
    REQUIRE(applied);
    model.commit();
    CHECK(is_empty(delta(to_set(model.programmed().objects()), node.desired().objects)));
}

TEST_CASE("what is wanted again is what is programmed")
{
    Wanting node(gateway_yaml);
    node.program();
    CHECK(is_empty(delta(node.programmed, node.desired().objects)));
}

TEST_CASE("settings carry what the keys say, and rules say where they stand")
{
    const Wanting node(with(gateway_yaml, "  eips:", "  timeouts: {tcp-established: 3h, udp: 90s}\n  eips:"));
    const ObjectSet wanted = node.desired().objects;
    const api::Settings& settings = only(wanted, api::Object::kSettings).settings();
    CHECK(settings.vtep() == packed("10.20.0.2"));
    CHECK(settings.vxlan_port() == 4789);
    CHECK(settings.gtpu_endpoint() == packed("10.30.0.1"));
    CHECK(settings.gtpu_echo_interval_ms() == 60'000);
    CHECK(settings.tcp_established_s() == 3 * 3'600);
    CHECK(settings.tcp_transitory_s() == 240);
    CHECK(settings.udp_s() == 90);
    CHECK(settings.icmp_s() == 60);
    CHECK(settings.mss_clamp());
    CHECK(settings.router_id() == packed("10.255.0.1"));
    CHECK(settings.config_digest() == node.config.digest);
    CHECK(only(wanted, api::Object::kNatRule).nat_rule().place() == "gateway.yaml:28");
    CHECK(only(wanted, api::Object::kEip).eip().place() == "gateway.yaml:32");
    CHECK(only(wanted, api::Object::kService).service().place() == "gateway.yaml:34");
}

TEST_CASE("static routes with one prefix share its traffic")
{
    Wanting node(gateway_yaml);
    node.config.routes.push_back(node.config.routes[0]);
    node.config.routes.back().via = *IpAddress::parse("198.51.100.9");
    CHECK(has_line(node.desired().objects, "route 0.0.0.0/0 in network 0 via 198.51.100.1 on interface 0 via "
                                           "198.51.100.9 on interface 0"));
}

TEST_CASE("a route whose next hop no interface reaches waits, and says so")
{
    Wanting node(gateway_yaml);
    node.config.ports.at("edge").addresses.clear(); // as when the address is to come with a restart
    const Desired wanted = node.desired();
    CHECK(wanted.problems ==
          std::vector<std::string>{"gateway.yaml:41: 198.51.100.1 is in no interface's subnet; the route 0.0.0.0/0 "
                                   "waits until one has it"});
    CHECK_FALSE(has_line(wanted.objects, "route 0.0.0.0/0 in network 0"));
}

TEST_CASE("gateways of learned routes are asked for, unless a static neighbour says who they are")
{
    Wanting node(gateway_yaml);
    node.learned_next_hops = {{"edge", *IpAddress::parse("198.51.100.1")},
                              {"fabric", *IpAddress::parse("10.20.0.77")},
                              {"docker0", *IpAddress::parse("172.17.0.1")}};
    const auto asked = node.desired().next_hops;
    CHECK(asked.contains({"fabric", *IpAddress::parse("10.20.0.77")}));
    CHECK_FALSE(asked.contains({"edge", *IpAddress::parse("198.51.100.1")})); // static
    CHECK_FALSE(asked.contains({"docker0", *IpAddress::parse("172.17.0.1")}));
}

TEST_CASE("a static neighbour outweighs the kernel's, and what is not static is asked for")
{
    Wanting node(gateway_yaml);
    node.kernel.neighbors = {{"edge", *IpAddress::parse("198.51.100.1"), *MacAddress::parse("02:ff:00:00:00:01")},
                             {"fabric", *IpAddress::parse("10.20.0.11"), *MacAddress::parse("02:ff:00:00:00:02")},
                             {"docker0", *IpAddress::parse("172.17.0.1"), *MacAddress::parse("02:ff:00:00:00:03")}};
    const Desired wanted = node.desired();
    CHECK(has_line(wanted.objects, "neighbor 198.51.100.1 02:00:00:00:02:01 on interface 0"));
    CHECK(has_line(wanted.objects, "neighbor 10.20.0.11 02:ff:00:00:00:02 on interface 1"));
    std::vector<std::string> asked;
    for (const NeighborPlace& place : wanted.next_hops)
        asked.push_back(place.interface + " " + place.address.text());
    // 10.21.0.12 is behind 10.20.0.254; 198.51.100.1 is static; one that the kernel resolved is kept fresh all the
    // same.
    CHECK(asked == std::vector<std::string>{"fabric 10.20.0.11", "fabric 10.20.0.254", "n3 10.30.0.9"});
}

} // namespace sluice::control
