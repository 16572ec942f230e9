// Right to left: what stands next to the packet first.
#include "dataplane/table/build/exits.hpp"

#include <algorithm>
#include <span>

#include "dataplane/wire/ethernet.hpp"

namespace sluice::table {
namespace {

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

Exit::Kind kind_of(Tunnel::Kind kind, bool is_v4)
{
    if (kind == Tunnel::Kind::vxlan) return is_v4 ? Exit::Kind::vxlan4 : Exit::Kind::vxlan6;
    return is_v4 ? Exit::Kind::gtpu4 : Exit::Kind::gtpu6;
}

} // namespace

// The ethertype of what follows is the packet's own where no tunnel decides it.
void put_link(Exit& exit, const Interface& out, const MacAddress& neighbor)
{
    const bool tagged = out.vlan != wire::Vlan::priority_tag;
    const bool v6 = exit.kind == Exit::Kind::vxlan6 || exit.kind == Exit::Kind::gtpu6;
    const wire::Be16 type = v6 ? wire::EtherType::ipv6 : wire::EtherType::ipv4;
    exit.length = exit.outer;
    if (tagged) put_in_front(exit, wire::Vlan{wire::Be16{out.vlan}, type});
    put_in_front(exit, wire::Ethernet{neighbor.bytes, out.mac.bytes, tagged ? wire::EtherType::vlan : type});
    exit.ready_mtu = exit.mtu;
    exit.port = out.port;
    exit.interface = out.id;
}

Exit tunnel_exit(Tunnel::Kind kind, bool is_v4, const TunnelHeader& header, std::uint16_t mtu, std::uint32_t counter)
{
    Exit exit;
    std::copy(header.view().begin(), header.view().end(), exit.bytes.end() - header.length);
    exit.outer = header.length;
    exit.kind = kind_of(kind, is_v4);
    exit.mtu = mtu;
    exit.counter = counter;
    return exit;
}

} // namespace sluice::table
