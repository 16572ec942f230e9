#include "config/reader.hpp"
#include "config/sections.hpp"

namespace sluice::config {
namespace {

Subnet read_subnet(const TreeEntry& entry)
{
    Subnet subnet;
    subnet.line = entry.mark.line;
    read(entry.value, "prefix", subnet.prefix);
    read(entry.value, "gateway", subnet.gateway);
    return subnet;
}

TunnelNeighbor read_tunnel_neighbor(const TreeEntry& entry)
{
    TunnelNeighbor neighbor;
    neighbor.line = entry.value.mark.line;
    read(entry.value, "address", neighbor.address);
    read(entry.value, "mac", neighbor.mac);
    read(entry.value, "vtep", neighbor.vtep);
    return neighbor;
}

GtpuSession read_session(const TreeEntry& entry)
{
    GtpuSession session;
    session.line = entry.value.mark.line;
    read(entry.value, "ue", session.ue);
    read(entry.value, "teid", session.teid);
    read(entry.value, "peer", session.peer);
    read(entry.value, "peer-teid", session.peer_teid);
    return session;
}

void read_network(const TreeEntry& entry, Network& network)
{
    network.line = entry.mark.line;
    read(entry.value, "vni", network.vni);
    read(entry.value, "mtu", network.mtu);
    read(entry.value, "presence", network.presence);
    read(entry.value, "prefixes", network.prefixes);
    for (const TreeEntry& subnet : entries(entry.value, "subnets"))
        network.subnets[subnet.key] = read_subnet(subnet);
    for (const TreeEntry& item : entries(entry.value, "neighbors"))
        network.neighbors.push_back(read_tunnel_neighbor(item));
    for (const TreeEntry& item : entries(entry.value, "sessions"))
        network.sessions.push_back(read_session(item));
}

StaticRoute read_route(const TreeEntry& entry)
{
    StaticRoute route;
    route.line = entry.value.mark.line;
    read(entry.value, "network", route.network);
    read(entry.value, "prefix", route.prefix);
    read(entry.value, "via", route.via);
    read(entry.value, "interface", route.interface);
    return route;
}

StaticNeighbor read_neighbor(const TreeEntry& entry)
{
    StaticNeighbor neighbor;
    neighbor.line = entry.value.mark.line;
    read(entry.value, "interface", neighbor.interface);
    read(entry.value, "address", neighbor.address);
    read(entry.value, "mac", neighbor.mac);
    return neighbor;
}

} // namespace

void read_networks(const Tree& root, Config& config)
{
    const Tree& vxlan = section(root, "vxlan");
    read(vxlan, "vtep", config.vxlan.vtep);
    read(vxlan, "port", config.vxlan.port);
    read(vxlan, "gateway-mac", config.vxlan.gateway_mac);
    const Tree& gtpu = section(root, "gtpu");
    read(gtpu, "endpoint", config.gtpu.endpoint);
    read(gtpu, "echo-interval", config.gtpu.echo_interval);
    read(section(root, "tcp"), "mss-clamp", config.mss_clamp);
    for (const TreeEntry& entry : entries(root, "networks"))
        read_network(entry, config.networks[entry.key]);
    for (const TreeEntry& entry : entries(root, "routes"))
        config.routes.push_back(read_route(entry));
    for (const TreeEntry& entry : entries(root, "neighbors"))
        config.neighbors.push_back(read_neighbor(entry));
}

} // namespace sluice::config
