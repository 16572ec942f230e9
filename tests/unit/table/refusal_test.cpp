// What the tables could not hold, or would hold in contradiction: one row each, with the sentence.
#include <catch2/catch.hpp>

#include "tests/unit/table/programming.hpp"

namespace sluice::table {
namespace {

using namespace sluice::test;

template<class Change>
api::Object but(api::Object object, Change change)
{
    change(object);
    return object;
}

struct Refusal {
    const char* name;
    std::vector<api::Object> upsert;
    const char* error;
};

// What every row may refer to.
std::vector<api::Object> ground()
{
    return {settings(), network(1, 4097), pool(1, "203.0.113.64/30"),
            service(1, "198.51.100.80", 443, 1, {"10.1.0.31"}), eip("203.0.113.10", 1, "10.1.0.10")};
}

void check(const std::vector<Refusal>& rows)
{
    for (const Refusal& row : rows) {
        Programming at;
        REQUIRE(at.put(ground()) == "");
        INFO(row.name);
        CHECK(at.put(row.upsert) == row.error);
        CHECK(at.model.programmed().objects_size() == 5);
    }
}

} // namespace

TEST_CASE("interfaces, networks and settings that are refused")
{
    check({
        {"an object of a kind that is not known",
         {api::Object()},
         "object without a kind: of a kind this version does not know"},
        {"an interface that is not there",
         {but({}, [](auto& o) { o.mutable_interface()->set_id(2); })},
         "interface 2: interface 2 does not exist, there are 2"},
        {"an interface under another's name",
         {but({}, [](auto& o) { o.mutable_interface()->set_name("edge"); })},
         "interface edge: interface 0 is fabric here"},
        {"an interface in a network that is not there",
         {but({}, [](auto& o) { o.mutable_interface()->set_network(5); })},
         "interface 0: there is no network 5"},
        {"an address that is too long",
         {but({},
              [](auto& o) {
                  set_prefix(*o.mutable_interface()->add_addresses(), "10.0.0.1/32");
                  o.mutable_interface()->mutable_addresses(0)->set_length(33);
              })},
         "interface 0: the length /33 is longer than its address"},
        {"the public network", {network(0)}, "network n0: the id 0 is not within 1..4095 (0 is the public network)"},
        {"a network past the bound",
         {network(4096)},
         "network n4096: the id 4096 is not within 1..4095 (0 is the public network)"},
        {"a VNI of 25 bits", {network(2, 1U << 24)}, "network n2: the VNI 16777216 has over 24 bits"},
        {"a VNI of another network", {network(2, 4097)}, "network n2: the VNI 4097 belongs to network n1"},
        {"an mtu that no packet has", {network(2, 0, 70'000)}, "network n2: the mtu 70000 is above 65535"},
        {"a gateway outside its subnet",
         {but(network(2),
              [](auto& o) {
                  api::Subnet& subnet = *o.mutable_network()->add_subnets();
                  set_prefix(*subnet.mutable_prefix(), "10.1.0.0/24");
                  subnet.set_gateway(packed("10.2.0.1"));
              })},
         "network n2: the gateway 10.2.0.1 is not in 10.1.0.0/24"},
        {"a VTEP of three bytes",
         {but(settings(), [](auto& o) { o.mutable_settings()->set_vtep("abc"); })},
         "settings: an address has 4 or 16 bytes, not 3"},
        {"a group's MAC as the gateway's",
         {but(settings(), [](auto& o) { o.mutable_settings()->set_gateway_mac(packed_mac("03:00:00:00:00:01")); })},
         "settings: 03:00:00:00:00:01 is a group address, one machine's is needed"},
    });
}

TEST_CASE("routes, neighbours and tunnels that are refused")
{
    check({
        {"a prefix with host bits",
         {but(route(0, "10.1.0.0/24"), [](auto& o) { o.mutable_route()->mutable_prefix()->set_length(8); })},
         "route 10.1.0.0/8 in network 0: 10.1.0.0/8 has host bits, 10.0.0.0/8 is the prefix"},
        {"a length beyond its address",
         {but(route(0, "10.1.0.0/24"), [](auto& o) { o.mutable_route()->mutable_prefix()->set_length(33); })},
         "route 10.1.0.0/33 in network 0: the prefix length /33 is longer than its address"},
        {"a route through an interface that is not there",
         {route_via(0, "10.1.0.0/24", "10.0.0.1", 2)},
         "route 10.1.0.0/24 in network 0: interface 2 does not exist, there are 2"},
        {"a hop through two tunnels",
         {but(route_vxlan(1, "10.1.0.5/32", "10.0.0.31", 4097),
              [](auto& o) { o.mutable_route()->mutable_hops(0)->mutable_gtpu()->set_peer(packed("10.0.0.9")); })},
         "route 10.1.0.5/32 in network 1: a next hop is VXLAN or GTP-U, not both"},
        {"a VXLAN hop without a VNI",
         {route_vxlan(1, "10.1.0.5/32", "10.0.0.31", 0)},
         "route 10.1.0.5/32 in network 1: the VNI 0 of a next hop is not within 1..16777215"},
        {"a VXLAN hop of the other family",
         {route_vxlan(1, "10.1.0.5/32", "2001:db8::31", 4097)},
         "route 10.1.0.5/32 in network 1: VXLAN to 2001:db8::31 needs a VTEP address of the same family here"},
        {"65 hops",
         {but(route(0, "10.1.0.0/24"),
              [](auto& o) {
                  for (int i = 0; i < 65; ++i)
                      o.mutable_route()->add_hops();
              })},
         "route 10.1.0.0/24 in network 0: 65 next hops are more than 64"},
        {"a neighbour with a short MAC",
         {but(neighbor("10.0.0.5", "52:54:00:00:00:05"), [](auto& o) { o.mutable_neighbor()->set_mac("abc"); })},
         "neighbor 10.0.0.5 on interface 0: a MAC address has 6 bytes, not 3"},
        {"a phone in a network that is not there",
         {gtpu_tunnel(7, 2, "100.64.0.7")},
         "gtpu tunnel teid 7: there is no network 2"},
    });
}

TEST_CASE("pools, rules, EIPs and services that are refused")
{
    check({
        {"a block that is no power of two",
         {but(pool(2, "203.0.113.80/30"), [](auto& o) { o.mutable_pool()->set_block_size(100); })},
         "pool 2: the block size 100 is not a power of two within 64..32768"},
        {"ports that count down",
         {pool(2, "203.0.113.80/30", 1000)},
         "pool 2: the ports 1024-1000 are not a range within 1-65535"},
        {"fewer ports than a block",
         {pool(2, "203.0.113.80/30", 1100)},
         "pool 2: 77 ports are less than one block of 256"},
        {"an address of another pool", {pool(2, "203.0.113.64/28")}, "pool 2: 203.0.113.64/28 is in pool 1 too"},
        {"a pool of IPv6", {pool(2, "2001:db8::/120")}, "pool 2: 2001:db8::/120 is not IPv4"},
        {"a pool too large to be meant", {pool(2, "10.0.0.0/8")}, "pool 2: 16777216 addresses are more than 4096"},
        {"a rule for a pool that is not there", {nat_rule(5, 1, 9)}, "nat rule 5: there is no pool 9"},
        {"a rule of a place in the file",
         {but(nat_rule(5, 9, 1), [](auto& o) { o.mutable_nat_rule()->set_place("gateway.yaml:7"); })},
         "gateway.yaml:7: nat rule 5: there is no network 9"},
        {"a second public address of one machine",
         {eip("203.0.113.11", 1, "10.1.0.10")},
         "eip 203.0.113.11: 10.1.0.10 has one: eip 203.0.113.10"},
        {"a service's address twice",
         {service(2, "198.51.100.80", 443, 1, {})},
         "service s2: 198.51.100.80 port 443 protocol 6 belongs to service s1 already"},
        {"a backend of two services",
         {service(2, "198.51.100.81", 443, 1, {"10.1.0.31"})},
         "service s2: 10.1.0.31 port 8080 protocol 6 belongs to service s1 already"},
        {"a backend twice in one",
         {service(2, "198.51.100.81", 443, 1, {"10.1.0.32", "10.1.0.32"})},
         "service s2: 10.1.0.32 port 8080 protocol 6 stands in it twice"},
        {"a backend of the other family",
         {service(2, "198.51.100.81", 443, 1, {"2001:db8::32"})},
         "service s2: backend 2001:db8::32 is not of the service address's family"},
        {"a backend with a port that is none",
         {but(service(2, "198.51.100.81", 443, 1, {"10.1.0.32"}),
              [](auto& o) { o.mutable_service()->mutable_backends(0)->set_port(65'536); })},
         "service s2: the port 65536 is not within 1..65535"},
        {"a protocol without ports",
         {but(service(2, "198.51.100.81", 443, 1, {}),
              [](auto& o) { o.mutable_service()->mutable_ports(0)->set_protocol(1); })},
         "service s2: the protocol 1 is neither TCP (6) nor UDP (17)"},
        {"a translating service without sessions",
         {but(service(2, "198.51.100.81", 443, 1, {}), [](auto& o) { o.mutable_service()->set_stateless(true); })},
         "service s2: only a direct service can do without sessions"},
        {"a direct service whose backend has another port",
         {but(service(2, "198.51.100.81", 443, 1, {"10.1.0.32"}),
              [](auto& o) { o.mutable_service()->set_forward(api::DIRECT); })},
         "service s2: backend 10.1.0.32 has port 8080, but gets packets to port 443 unchanged"},
        {"a direct service with the address of another's backend",
         {but(service(2, "10.1.0.31", 8080, 1, {}), [](auto& o) { o.mutable_service()->set_forward(api::DIRECT); })},
         "service s2: 10.1.0.31 port 8080 protocol 6 belongs to service s1 already"},
        {"a way of forwarding from the future",
         {but(service(2, "198.51.100.81", 443, 1, {}),
              [](auto& o) { o.mutable_service()->set_forward(static_cast<api::Forward>(7)); })},
         "service s2: the way of forwarding 7 is not known here"},
        {"a backend's id twice",
         {but(service(2, "198.51.100.81", 443, 1, {"10.1.0.32"}),
              [](auto& o) { o.mutable_service()->mutable_backends(0)->set_id(100); })},
         "service s2: the backend id 100 is used in service s1"},
    });
}

} // namespace sluice::table
