// Objects of the contract in one line each.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "dataplane/api/route_set.hpp"
#include "dataplane/base/address.hpp"

namespace sluice::test {

inline std::string packed(std::string_view address)
{
    return IpAddress::parse(address).value().packed();
}

inline std::string packed_mac(std::string_view mac)
{
    const auto bytes = MacAddress::parse(mac).value().bytes;
    return {bytes.begin(), bytes.end()};
}

inline void set_prefix(api::Address& out, std::string_view text)
{
    const Prefix prefix = Prefix::parse(text).value();
    out.set_address(prefix.address.packed());
    out.set_length(prefix.length);
}

inline api::Object network(unsigned id, unsigned vni = 0, unsigned mtu = 1450)
{
    api::Object object;
    object.mutable_network()->set_id(id);
    object.mutable_network()->set_name("n" + std::to_string(id));
    object.mutable_network()->set_vni(vni);
    object.mutable_network()->set_mtu(mtu);
    return object;
}

inline api::Object route(unsigned network, std::string_view prefix)
{
    api::Object object;
    object.mutable_route()->set_network(network);
    set_prefix(*object.mutable_route()->mutable_prefix(), prefix);
    return object;
}

inline api::Object route_via(unsigned network, std::string_view prefix, std::string_view gateway,
                             unsigned interface = 0)
{
    api::Object object = route(network, prefix);
    api::NextHop& hop = *object.mutable_route()->add_hops();
    hop.set_interface(interface);
    if (!gateway.empty()) hop.set_gateway(packed(gateway));
    return object;
}

inline api::Object route_vxlan(unsigned network, std::string_view prefix, std::string_view vtep, unsigned vni)
{
    api::Object object = route(network, prefix);
    api::VxlanHop& hop = *object.mutable_route()->add_hops()->mutable_vxlan();
    hop.set_vtep(packed(vtep));
    hop.set_vni(vni);
    hop.set_mac(packed_mac("52:54:00:00:01:31"));
    return object;
}

// A learned route via one gateway.
inline void add_learned(api::RouteSet& set, std::string_view prefix, std::string_view gateway, unsigned interface = 0,
                        std::string_view source = "bgp")
{
    const auto group = static_cast<std::uint32_t>(set.groups_size());
    api::RouteGroup& made = *set.add_groups();
    made.set_source(std::string(source));
    made.add_hops()->set_interface(interface);
    if (!gateway.empty()) made.mutable_hops(0)->set_gateway(packed(gateway));
    api::append(set, RouteKey::of(Prefix::parse(prefix).value()), group);
}

inline api::Object neighbor(std::string_view address, std::string_view mac, unsigned interface = 0)
{
    api::Object object;
    object.mutable_neighbor()->set_interface(interface);
    object.mutable_neighbor()->set_address(packed(address));
    object.mutable_neighbor()->set_mac(packed_mac(mac));
    return object;
}

inline api::Object settings(std::string_view vtep = "10.0.0.1")
{
    api::Object object;
    object.mutable_settings()->set_vtep(packed(vtep));
    object.mutable_settings()->set_gateway_mac(packed_mac("02:00:5e:00:00:01"));
    object.mutable_settings()->set_gtpu_endpoint(packed("10.0.0.2"));
    return object;
}

inline api::Object pool(unsigned id, std::string_view addresses, unsigned last_port = 65'535)
{
    api::Object object;
    object.mutable_pool()->set_id(id);
    set_prefix(*object.mutable_pool()->add_addresses(), addresses);
    object.mutable_pool()->set_first_port(1024);
    object.mutable_pool()->set_last_port(last_port);
    object.mutable_pool()->set_block_size(256);
    return object;
}

inline api::Object nat_rule(unsigned order, unsigned network, unsigned pool)
{
    api::Object object;
    object.mutable_nat_rule()->set_order(order);
    object.mutable_nat_rule()->set_network(network);
    object.mutable_nat_rule()->set_pool(pool);
    return object;
}

inline api::Object eip(std::string_view outside, unsigned network, std::string_view inside)
{
    api::Object object;
    object.mutable_eip()->set_public_address(packed(outside));
    object.mutable_eip()->set_network(network);
    object.mutable_eip()->set_private_address(packed(inside));
    return object;
}

inline api::Object gtpu_tunnel(unsigned teid, unsigned network, std::string_view ue, unsigned peer_teid = 1)
{
    api::Object object;
    object.mutable_gtpu_tunnel()->set_teid(teid);
    object.mutable_gtpu_tunnel()->set_network(network);
    object.mutable_gtpu_tunnel()->set_ue(packed(ue));
    object.mutable_gtpu_tunnel()->set_peer(packed("10.0.0.9"));
    object.mutable_gtpu_tunnel()->set_peer_teid(peer_teid);
    return object;
}

// A TCP service whose backends 10.1.0.1, .2, … have port 8080 and identifiers from id * 100 on.
inline api::Object service(unsigned id, std::string_view address, unsigned port, unsigned network,
                           std::initializer_list<std::string_view> backends)
{
    api::Object object;
    api::Service& service = *object.mutable_service();
    service.set_id(id);
    service.set_name("s" + std::to_string(id));
    service.set_address(packed(address));
    service.set_network(network);
    service.add_ports()->set_port(port);
    service.mutable_ports(0)->set_protocol(6);
    unsigned backend_id = id * 100;
    for (const std::string_view backend : backends) {
        api::Backend& out = *service.add_backends();
        out.set_id(backend_id++);
        out.set_address(packed(backend));
        out.set_port(8080);
        out.set_weight(100);
    }
    return object;
}

} // namespace sluice::test
