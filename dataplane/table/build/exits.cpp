// Right to left: what stands next to the packet first.
#include "dataplane/table/build/exits.hpp"

#include <algorithm>
#include <cstring>
#include <span>

#include "dataplane/wire/ethernet.hpp"

namespace sluice::table {
namespace {

// The neighbour by which packets of `hop` leave, if there is one and no choice between several.
const Adjacency* only_neighbor(const Snapshot& tables, const Hop& hop)
{
    if (hop.kind == Hop::Kind::adjacency) return &tables.adjacencies[hop.index];
    if (hop.kind != Hop::Kind::vxlan && hop.kind != Hop::Kind::gtpu) return nullptr;
    const std::uint32_t underlay = tables.tunnels[hop.index].underlay;
    if (underlay == none || tables.groups[underlay].hops.size() != 1) return nullptr;
    const Hop& outside = tables.hops[tables.groups[underlay].hops[0]];
    return outside.kind == Hop::Kind::adjacency ? &tables.adjacencies[outside.index] : nullptr;
}

void put_in_front(Exit& exit, std::span<const std::uint8_t> header)
{
    exit.length = static_cast<std::uint8_t>(exit.length + header.size());
    std::copy(header.begin(), header.end(), exit.bytes.end() - exit.length);
}

template<class Header>
void put_in_front(Exit& exit, const Header& header)
{
    put_in_front(exit, std::span(reinterpret_cast<const std::uint8_t*>(&header), sizeof header));
}

Exit::Kind kind_of(const Tunnel& tunnel)
{
    if (tunnel.kind == Tunnel::Kind::vxlan) return tunnel.remote.is_v4() ? Exit::Kind::vxlan4 : Exit::Kind::vxlan6;
    return tunnel.remote.is_v4() ? Exit::Kind::gtpu4 : Exit::Kind::gtpu6;
}

void put_tunnel(Exit& exit, const Tunnel& tunnel)
{
    put_in_front(exit, std::span(tunnel.header).first(tunnel.header_length));
    exit.outer = tunnel.header_length;
    exit.kind = kind_of(tunnel);
    exit.counter = tunnel.counter;
}

// The ethertype of what follows is the packet's own where no tunnel decides it.
void put_link(Exit& exit, const Interface& out, const MacAddress& destination)
{
    const bool tagged = out.vlan != wire::Vlan::priority_tag;
    const bool v6 = exit.kind == Exit::Kind::vxlan6 || exit.kind == Exit::Kind::gtpu6;
    const wire::Be16 type = v6 ? wire::EtherType::ipv6 : wire::EtherType::ipv4;
    if (tagged) put_in_front(exit, wire::Vlan{wire::Be16{out.vlan}, type});
    put_in_front(exit, wire::Ethernet{destination.bytes, out.mac.bytes, tagged ? wire::EtherType::vlan : type});
}

} // namespace

Exit make_exit(const Snapshot& tables, const Hop& hop)
{
    Exit exit;
    const Adjacency* neighbor = only_neighbor(tables, hop);
    if (neighbor == nullptr) return exit;
    const Interface& out = tables.interfaces[neighbor->interface];
    if (hop.kind != Hop::Kind::adjacency) put_tunnel(exit, tables.tunnels[hop.index]);
    put_link(exit, out, neighbor->destination);
    exit.mtu = hop.mtu;
    exit.port = out.port;
    exit.interface = out.id;
    return exit;
}

} // namespace sluice::table
