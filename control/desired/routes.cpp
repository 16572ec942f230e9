// Routes of the configuration. Where two parts have one prefix, the first that runs wins. What the kernel and routing
// daemons teach is in learned_routes.cpp and comes after these.
#include "control/desired/builder.hpp"

#include <algorithm>

namespace sluice::control {
namespace {

api::Object route_of(std::uint32_t network, const Prefix& prefix, const std::string& source)
{
    api::Object object;
    api::Route& route = *object.mutable_route();
    route.set_network(network);
    *route.mutable_prefix() = to_api(prefix);
    route.set_source(source);
    return object;
}

void set_vxlan(api::NextHop& hop, const config::Network& network, const config::TunnelNeighbor& neighbor)
{
    hop.mutable_vxlan()->set_vtep(neighbor.vtep.packed());
    hop.mutable_vxlan()->set_vni(network.vni.value_or(0));
    hop.mutable_vxlan()->set_mac(packed(neighbor.mac));
}

// A next hop inside a VPC is a virtual machine, so it lies behind that machine's tunnel.
bool set_hop_in_vpc(Builder& builder, const config::StaticRoute& route, api::NextHop& hop)
{
    const auto found = builder.in.config.networks.find(route.network);
    if (found == builder.in.config.networks.end()) return false;
    for (const config::TunnelNeighbor& neighbor : found->second.neighbors) {
        if (neighbor.address != route.via) continue;
        set_vxlan(hop, found->second, neighbor);
        return true;
    }
    return false;
}

bool set_hop_on_interface(const Builder& builder, const config::StaticRoute& route, api::NextHop& hop)
{
    const auto interface =
        route.interface.empty() ? builder.interfaces.on_link(route.via) : builder.interfaces.id_of(route.interface);
    if (!interface) return false;
    hop.set_interface(*interface);
    hop.set_gateway(route.via.packed());
    return true;
}

void add_gtpu_session(Builder& builder, std::uint32_t network, const config::GtpuSession& session)
{
    api::Object object;
    api::GtpuTunnel& tunnel = *object.mutable_gtpu_tunnel();
    tunnel.set_teid(session.teid);
    tunnel.set_network(network);
    tunnel.set_ue(session.ue.packed());
    tunnel.set_peer(session.peer.packed());
    tunnel.set_peer_teid(session.peer_teid);
    builder.add(object);

    api::Object route = route_of(network, host_prefix(session.ue), "static");
    api::GtpuHop& hop = *route.mutable_route()->add_hops()->mutable_gtpu();
    hop.set_peer(session.peer.packed());
    hop.set_teid(session.peer_teid);
    builder.add(route);
}

} // namespace

void add_connected_routes(Builder& builder)
{
    std::uint32_t id = 0;
    for (const auto& [name, settings] : builder.interfaces.entries()) {
        for (const Prefix& address : settings->addresses) {
            if (address.length == address.address.bits()) continue; // a host address has no subnet
            api::Object object = route_of(0, address, "config");
            object.mutable_route()->add_hops()->set_interface(id);
            builder.add(object);
        }
        ++id;
    }
}

void add_static_routes(Builder& builder)
{
    for (const config::StaticRoute& route : builder.in.config.routes) {
        api::Object object = route_of(builder.network_id(route.network), route.prefix, "static");
        api::NextHop& hop = *object.mutable_route()->add_hops();
        if (set_hop_in_vpc(builder, route, hop) || set_hop_on_interface(builder, route, hop)) {
            // Lines with one prefix share its traffic.
            const auto present = builder.out.objects.find(object_key(object));
            const bool shares = present != builder.out.objects.end() && present->second.route().source() == "static";
            if (shares)
                *present->second.mutable_route()->add_hops() = hop;
            else
                builder.add(object);
            continue;
        }
        builder.out.problems.push_back(builder.place(route.line) + ": " + route.via.text() +
                                       " is in no interface's subnet; the route " + route.prefix.text() +
                                       " waits until one has it");
    }
}

void add_tunnel_routes(Builder& builder)
{
    for (const auto& [name, network] : builder.in.config.networks) {
        const std::uint32_t id = builder.network_id(name);
        for (const config::TunnelNeighbor& neighbor : network.neighbors) {
            api::Object object = route_of(id, host_prefix(neighbor.address), "static");
            set_vxlan(*object.mutable_route()->add_hops(), network, neighbor);
            builder.add(object);
        }
        for (const config::GtpuSession& session : network.sessions)
            add_gtpu_session(builder, id, session);
    }
}

// A network's own prefixes end here when nobody in them is known: without hops, so that a wider route never takes them.
void add_unreachable_routes(Builder& builder)
{
    for (const auto& [name, network] : builder.in.config.networks) {
        const std::uint32_t id = builder.network_id(name);
        for (const auto& [zone, subnet] : network.subnets)
            builder.add(route_of(id, subnet.prefix, "config"));
        for (const Prefix& prefix : network.prefixes)
            builder.add(route_of(id, prefix, "config"));
    }
}

} // namespace sluice::control
