// The lines of `sluicectl diff` and `apply`.
#include <catch2/catch.hpp>

#include "control/describe.hpp"
#include "tests/support/objects.hpp"

namespace sluice::control {
namespace {

using namespace sluice::test;

} // namespace

TEST_CASE("each object is named as its operator knows it")
{
    api::Object interface;
    interface.mutable_interface()->set_name("fabric");
    set_prefix(*interface.mutable_interface()->add_addresses(), "10.20.0.2/24");
    interface.mutable_interface()->set_terminates_vxlan(true);
    api::Object phone = route(2, "100.64.0.7/32");
    phone.mutable_route()->add_hops()->mutable_gtpu()->set_peer(packed("10.30.0.9"));
    phone.mutable_route()->mutable_hops(0)->mutable_gtpu()->set_teid(8193);
    api::Object rule = nat_rule(3, 1, 1);
    set_prefix(*rule.mutable_nat_rule()->mutable_source(), "100.64.0.0/16");
    api::Object portless = service(1, "2001:db8::80", 443, 1, {"10.1.0.31", "10.1.0.32"});
    portless.mutable_service()->mutable_backends(1)->set_port(0);
    portless.mutable_service()->mutable_backends(1)->set_weight(0);

    const std::vector<std::pair<api::Object, std::string>> rows{
        {interface, "interface fabric 10.20.0.2/24 terminates vxlan"},
        {network(5, 5001), "network n5 vni 5001 mtu 1450"},
        {route_via(0, "0.0.0.0/0", "198.51.100.1", 1), "route 0.0.0.0/0 in network 0 via 198.51.100.1 on interface 1"},
        {route_via(0, "10.20.0.0/24", ""), "route 10.20.0.0/24 in network 0 via interface 0"},
        {route(1, "10.1.0.0/24"), "route 10.1.0.0/24 in network 1"},
        {route_vxlan(1, "10.1.0.31/32", "10.20.0.11", 5001),
         "route 10.1.0.31/32 in network 1 via vtep 10.20.0.11 mac 52:54:00:00:01:31"},
        {phone, "route 100.64.0.7/32 in network 2 via gtpu peer 10.30.0.9 teid 8193"},
        {neighbor("10.20.0.11", "02:00:00:00:02:11", 2), "neighbor 10.20.0.11 02:00:00:00:02:11 on interface 2"},
        {gtpu_tunnel(4097, 2, "100.64.0.7"), "gtpu session 100.64.0.7 teid 4097 peer 10.0.0.9"},
        {[] {
             api::Object object = pool(1, "203.0.113.64/30");
             object.mutable_pool()->set_name("carrier");
             return object;
         }(),
         "pool carrier"},
        {rule, "nat.rules[3] 100.64.0.0/16"},
        {eip("203.0.113.10", 1, "10.1.0.20"), "eip 203.0.113.10 for 10.1.0.20"},
        {portless, "service s1 2001:db8::80:443, 10.1.0.31:8080 weight 100, 10.1.0.32 weight 0"},
        {settings(), "settings"},
        {api::Object(), "unknown object"},
    };
    for (const auto& [object, text] : rows)
        CHECK(describe(object) == text);
}

TEST_CASE("changes are one line each: gone, different, new")
{
    const ObjectSet before =
        to_set(std::vector{network(1), network(2), eip("203.0.113.10", 1, "10.1.0.20"), settings()});
    const ObjectSet after = to_set(std::vector{network(2, 5002), network(3), settings()});
    CHECK(describe_changes(before, after) ==
          std::vector<std::string>{"- network n1 vni 0 mtu 1450", // as it was, not only its key
                                   "- eip 203.0.113.10 for 10.1.0.20", "~ network n2 vni 5002 mtu 1450",
                                   "+ network n3 vni 0 mtu 1450"});
    CHECK(describe_changes(after, after).empty());
}

} // namespace sluice::control
