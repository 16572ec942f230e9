// From objects to what a packet meets: routes, hops, tunnels with their headers, and whose each address is.
#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <set>

#include "dataplane/table/build/tunnel_counters.hpp"
#include "tests/support/bytes.hpp"
#include "tests/unit/table/programming.hpp"

namespace sluice::table {
namespace {

using namespace sluice::test;

Target target_to(const Snapshot& tables, std::uint16_t network, std::string_view address)
{
    const Target target = tables.routes.find4(network, Ipv4Address::parse(address).value().value);
    REQUIRE(target != PrefixMap::none);
    return target;
}

const Group& group_to(const Snapshot& tables, std::uint16_t network, std::string_view address)
{
    const Target target = target_to(tables, network, address);
    REQUIRE_FALSE(is_one_hop(target));
    return tables.groups.at(target);
}

std::uint32_t only_hop_number(const Snapshot& tables, std::uint16_t network, std::string_view address)
{
    const Target target = target_to(tables, network, address);
    REQUIRE(is_one_hop(target));
    return tables.pick(target, 0);
}

const Hop& only_hop(const Snapshot& tables, std::uint16_t network, std::string_view address)
{
    return tables.hops.at(only_hop_number(tables, network, address));
}

const Adjacency& adjacency_of(const Snapshot& tables, const Hop& hop)
{
    return tables.adjacencies.at(hop.index);
}

const Exit& only_exit(const Snapshot& tables, std::uint16_t network, std::string_view address)
{
    return tables.exits.at(only_hop_number(tables, network, address));
}

std::string header_of(const Exit& exit)
{
    return to_hex(exit.tunnel_header());
}

Owner owner(const Snapshot& tables, std::uint16_t network, std::string_view address)
{
    const LocalAddress* local = tables.locals.find(key_of(network, *IpAddress::parse(address)));
    REQUIRE(local != nullptr);
    return local->owner;
}

} // namespace

TEST_CASE("a route's hop knows whether its neighbour answers")
{
    Programming at;
    REQUIRE(at.put({route_via(0, "0.0.0.0/0", "10.0.0.254"), route_via(0, "10.0.0.0/24", "", 1)}) == "");
    CHECK(only_hop(*at.tables, 0, "192.0.2.1").kind == Hop::Kind::unresolved);
    CHECK(adjacency_of(*at.tables, only_hop(*at.tables, 0, "192.0.2.1")).gateway == *IpAddress::parse("10.0.0.254"));
    CHECK(only_hop(*at.tables, 0, "10.0.0.7").kind == Hop::Kind::on_link);
    CHECK(only_hop(*at.tables, 0, "10.0.0.7").interface == 1);

    const auto epoch = at.tables->routes_epoch;
    REQUIRE(at.put({neighbor("10.0.0.254", "52:54:00:00:00:fe")}) == "");
    const Hop& hop = only_hop(*at.tables, 0, "192.0.2.1");
    CHECK(hop.kind == Hop::Kind::adjacency);
    CHECK(adjacency_of(*at.tables, hop).destination.text() == "52:54:00:00:00:fe");
    CHECK(only_exit(*at.tables, 0, "192.0.2.1").mtu == 1500);
    CHECK(at.tables->routes_epoch > epoch); // packets that wait are tried again

    REQUIRE(at.put({neighbor("10.0.0.254", "52:54:00:00:00:fd", 1)}, {neighbor("10.0.0.254", "52:54:00:00:00:fe")}) ==
            "");
    CHECK(only_hop(*at.tables, 0, "192.0.2.1").kind == Hop::Kind::unresolved); // that one is on another interface
}

TEST_CASE("weights share a route's traffic in their proportion")
{
    Programming at;
    api::Object object = route(0, "0.0.0.0/0");
    for (const auto& [gateway, weight] :
         {std::pair("10.0.0.1", 30U), std::pair("10.0.0.2", 10U), std::pair("10.0.0.3", 0U)}) {
        api::NextHop& hop = *object.mutable_route()->add_hops();
        hop.set_gateway(packed(gateway));
        hop.set_weight(weight);
    }
    REQUIRE(at.put({object}) == "");
    const Group& group = group_to(*at.tables, 0, "192.0.2.1");
    CHECK(group.hops.size() == 41);
    CHECK(std::count(group.hops.begin(), group.hops.end(), group.hops[0]) == 30);
    std::map<std::uint32_t, unsigned> slots; // that each hop has, of 1,024
    for (std::uint64_t slot = 0; slot < Group::slot_count; ++slot)
        ++slots[group.pick(slot << (64 - Group::slot_bits))];
    CHECK(slots[group.hops.front()] > 700); // 749 is its share
    CHECK(slots[group.hops.front()] < 800);
    CHECK(slots[group.hops[30]] > 200); // 250
    CHECK(slots[group.hops[30]] < 300);
    CHECK(slots[group.hops.back()] > 10); // 25
    CHECK(slots[group.hops.back()] < 45);

    object.mutable_route()->mutable_hops(0)->set_weight(1'000'000); // far more than members are written out
    REQUIRE(at.put({object}) == "");
    const Group& large = group_to(*at.tables, 0, "192.0.2.1");
    CHECK(large.hops.size() <= 258);
    CHECK(std::set(large.hops.begin(), large.hops.end()).size() == 3); // each keeps one at least
}

TEST_CASE("a VXLAN hop has its header ready, byte for byte")
{
    Programming at;
    REQUIRE(at.put({settings("10.0.0.1"), network(1, 4097), route_vxlan(1, "10.1.0.31/32", "10.0.0.31", 4097),
                    route_via(0, "10.0.0.0/24", "")}) == "");
    const Hop& hop = only_hop(*at.tables, 1, "10.1.0.31");
    REQUIRE(hop.kind == Hop::Kind::vxlan);
    const Tunnel& tunnel = at.tables->tunnels.at(hop.index);
    Bytes expected = hex("45000000 00004000 40110000 0a000001 0a00001f"); // Don't Fragment, no length yet
    write_number(expected, 10, 2, reference_checksum(expected));
    append(expected, hex("0000 12b5 0000 0000" // no checksum: RFC 7348 section 4.1
                         "08000000 001001 00"
                         "525400000131 02005e000001 0000"));
    const Exit& exit = only_exit(*at.tables, 1, "10.1.0.31");
    CHECK(header_of(exit) == to_hex(expected));
    CHECK_FALSE(exit.takes(1)); // nobody knows the MAC address of the remote end
    CHECK(tunnel.inner_address() == *IpAddress::parse("10.1.0.31"));
    CHECK(exit.mtu == 1450); // 1500 of the interface less 50; the network's own is no smaller
    const FarEnd& far_end = at.tables->far_ends.at(tunnel.far_end);
    CHECK(adjacency_of(*at.tables, at.tables->hops.at(at.tables->pick(far_end.underlay, 0))).gateway == far_end.remote);
    REQUIRE(at.put({neighbor("10.0.0.31", "52:54:00:00:00:31")}) == "");
    CHECK(only_exit(*at.tables, 1, "10.1.0.31").length == 14 + 50);

    api::Object again = route_vxlan(1, "10.1.0.31/32", "10.0.0.31", 4097);
    again.mutable_route()->set_source("kernel");
    const std::uint32_t epoch = at.tables->network_epochs[1];
    REQUIRE(at.put({again}) == "");
    CHECK(at.tables->network_epochs[1] == epoch); // it leads where it led
    CHECK(at.tables->tunnels.at(only_hop(*at.tables, 1, "10.1.0.31").index).inner_address().text() == "10.1.0.31");
}

TEST_CASE("a GTP-U hop has its header ready, and our own end finds network and phone")
{
    Programming at;
    api::Object object = route(1, "100.64.0.7/32");
    object.mutable_route()->add_hops()->mutable_gtpu()->set_peer(packed("10.0.0.9"));
    object.mutable_route()->mutable_hops(0)->mutable_gtpu()->set_teid(0x2001);
    REQUIRE(at.put({settings(), network(1), object, gtpu_tunnel(0x1001, 1, "100.64.0.7", 0x2001)}) == "");
    const Hop& hop = only_hop(*at.tables, 1, "100.64.0.7");
    REQUIRE(hop.kind == Hop::Kind::gtpu);
    const Tunnel& tunnel = at.tables->tunnels.at(hop.index);
    const Exit& exit = only_exit(*at.tables, 1, "100.64.0.7");
    CHECK(header_of(exit).substr(40) == "0868086800000000"
                                        "30ff000000002001");
    CHECK(exit.outer == 36);
    CHECK(at.tables->far_ends.at(tunnel.far_end).underlay == none); // nothing leads to the peer
    const GtpuTerminus* terminus = at.tables->teids.find(0x1001);
    REQUIRE(terminus != nullptr);
    CHECK(terminus->network == 1);
    CHECK(to_hex(ByteSpan(terminus->ue).first(4)) == "64400007");
    CHECK(terminus->counter == exit.counter); // both directions of one session count as one tunnel
}

TEST_CASE("a tunnel within a tunnel is none")
{
    Programming at;
    REQUIRE(at.put({settings(), network(1, 4097), route_vxlan(1, "10.1.0.31/32", "10.0.0.31", 4097),
                    route_vxlan(0, "10.0.0.31/32", "10.0.0.32", 7)}) == "");
    const Tunnel& tunnel = at.tables->tunnels.at(only_hop(*at.tables, 1, "10.1.0.31").index);
    const Target underlay = at.tables->far_ends.at(tunnel.far_end).underlay;
    REQUIRE(underlay != none);
    CHECK(at.tables->pick(underlay, 0) == none);
}

TEST_CASE("a tunnel keeps its counters through other changes, and a number rests before it is used again")
{
    Programming at;
    REQUIRE(at.put({settings(), network(1), route_vxlan(1, "10.1.0.32/32", "10.0.0.31", 4097)}) == "");
    const std::uint32_t counter = only_exit(*at.tables, 1, "10.1.0.32").counter;
    REQUIRE(at.put({route_vxlan(1, "10.1.0.31/32", "10.0.0.30", 4097)}) == ""); // sorts before it
    CHECK(only_exit(*at.tables, 1, "10.1.0.32").counter == counter);

    TunnelCounters counters(3);
    const auto identity = [](std::uint32_t id) { return TunnelIdentity{Tunnel::Kind::vxlan, 1, id, 0, {}, {}}; };
    const auto number = [&](std::uint32_t id) { return counters.number_of(identity(id)); };
    for (const std::uint32_t id : {1U, 2U, 1U})
        counters.hold(identity(id));
    REQUIRE(counters.settle());
    counters.commit();
    CHECK(number(1) == 0);
    CHECK(number(2) == 1);
    counters.release(identity(1));
    counters.release(identity(1));
    counters.hold(identity(3));
    REQUIRE(counters.settle());
    counters.commit();
    CHECK(number(3) == 2);
    counters.hold(identity(4));
    REQUIRE(counters.settle());
    counters.commit();
    CHECK(number(4) == 0);
    counters.release(identity(2)); // ... which is refused with the rest, and keeps its number
    counters.hold(identity(5));
    counters.hold(identity(6));
    CHECK_FALSE(counters.settle());
    counters.hold(identity(2));
    counters.release(identity(5));
    counters.release(identity(6));
    counters.discard();
    CHECK(number(2) == 1);
    counters.release(identity(2));
    counters.hold(identity(5));
    REQUIRE(counters.settle());
    CHECK(number(5) == 1); // all were in use
}

TEST_CASE("each own address has one owner")
{
    Programming at;
    api::Object fabric;
    set_prefix(*fabric.mutable_interface()->add_addresses(), "10.0.0.1/24");
    set_prefix(*fabric.mutable_interface()->add_addresses(), "10.0.0.5/24");
    api::Object shop = network(1, 4097);
    set_prefix(*shop.mutable_network()->add_subnets()->mutable_prefix(), "10.1.0.0/24");
    shop.mutable_network()->mutable_subnets(0)->set_gateway(packed("10.1.0.1"));
    REQUIRE(at.put({settings("10.0.0.3"), fabric, shop, pool(1, "203.0.113.64/30"), eip("203.0.113.10", 1, "10.1.0.10"),
                    service(1, "198.51.100.80", 443, 1, {"10.1.0.31"})}) == "");
    CHECK(owner(*at.tables, 0, "10.0.0.1") == Owner::interface);
    CHECK(owner(*at.tables, 0, "10.0.0.3") == Owner::tunnel_endpoint);
    CHECK(owner(*at.tables, 1, "10.1.0.1") == Owner::gateway);
    CHECK(owner(*at.tables, 0, "203.0.113.67") == Owner::pool);
    CHECK(owner(*at.tables, 0, "203.0.113.10") == Owner::eip);
    CHECK(owner(*at.tables, 0, "198.51.100.80") == Owner::service);
    CHECK(at.tables->locals.find(key_of(0, *IpAddress::parse("203.0.113.68"))) == nullptr);
    CHECK(at.tables->locals.find(key_of(1, *IpAddress::parse("10.0.0.1"))) == nullptr);
    CHECK(at.tables->interfaces.at(0).address4.text() == "10.0.0.1"); // the first one answers
    REQUIRE(at.put({}, {eip("203.0.113.10", 1, "10.1.0.10")}) == "");
    CHECK(at.tables->locals.find(key_of(0, *IpAddress::parse("203.0.113.10"))) == nullptr);
}

TEST_CASE("settings that are not given keep their defaults, and no echo interval is none")
{
    Programming at;
    CHECK(at.tables->settings.gtpu_echo_interval_ms == 60'000);
    REQUIRE(at.put({settings()}) == "");
    CHECK(at.tables->settings.tcp_established_s == 7'440);
    CHECK(at.tables->settings.vxlan_port == 4789);
    CHECK(at.tables->settings.gtpu_echo_interval_ms == 0);
    CHECK(at.tables->settings.has_vtep);
}

TEST_CASE("a service is found by its address and the way back by its backend")
{
    Programming at;
    REQUIRE(at.put({network(1), service(1, "198.51.100.80", 443, 1, {"10.1.0.31", "10.1.0.32"})}) == "");
    const auto raw = [](unsigned port) { return static_cast<std::uint16_t>(port >> 8 | (port & 0xFF) << 8); };
    CHECK(at.tables->service_of.find(key_of(0, *IpAddress::parse("198.51.100.80"), raw(443), 6)) != nullptr);
    CHECK(at.tables->service_of.find(key_of(0, *IpAddress::parse("198.51.100.80"), raw(443), 17)) == nullptr);
    const ReverseTarget* back = at.tables->reverse_of.find(key_of(1, *IpAddress::parse("10.1.0.32"), raw(8080), 6));
    REQUIRE(back != nullptr);
    CHECK(back->port == raw(443));
    CHECK(at.tables->services.at(0).ring->size() == 65'537);
}

TEST_CASE("a backend without a port has those of its service, each with its own way back")
{
    Programming at;
    api::Object object = service(1, "198.51.100.80", 443, 1, {"10.1.0.31"});
    object.mutable_service()->add_ports()->set_port(80);
    object.mutable_service()->mutable_ports(1)->set_protocol(6);
    object.mutable_service()->mutable_backends(0)->set_port(0);
    REQUIRE(at.put({network(1), object}) == "");
    const auto raw = [](unsigned port) { return static_cast<std::uint16_t>(port >> 8 | (port & 0xFF) << 8); };
    for (const unsigned port : {443U, 80U}) {
        const ReverseTarget* back = at.tables->reverse_of.find(key_of(1, *IpAddress::parse("10.1.0.31"), raw(port), 6));
        REQUIRE(back != nullptr);
        CHECK(back->port == raw(port));
    }
    api::Object other = service(2, "198.51.100.81", 8080, 1, {"10.1.0.31"});
    other.mutable_service()->mutable_backends(0)->set_port(80);
    CHECK(at.put({other}) == "service s2: 10.1.0.31 port 80 protocol 6 belongs to service s1 already");
}

TEST_CASE("the first rule that a file has is the first that matches")
{
    Programming at;
    REQUIRE(at.put({network(1), pool(1, "203.0.113.64/30"), pool(2, "203.0.113.80/30"), nat_rule(256, 1, 1),
                    nat_rule(2, 1, 2), nat_rule(255, 1, 1)}) == "");
    const auto& rules = at.tables->nat_rules.at(1);
    REQUIRE(rules.size() == 3);
    CHECK(at.tables->pools.at(rules[0].pool).id == 2);
    CHECK(rules[0].source.text() == "0.0.0.0/0");
}

} // namespace sluice::table
