// From a VTEP: outer IP, UDP, VXLAN and inner Ethernet off. RFC 7348 sections 4.1 and 5.
#include "dataplane/burst/datagram.hpp"
#include "dataplane/wire/ethernet.hpp"
#include "dataplane/wire/udp.hpp"
#include "dataplane/wire/vxlan.hpp"
#include "pipelines/vxlan/drops.hpp"
#include "pipelines/vxlan/vxlan.hpp"

namespace sluice::vxlan {
namespace {

// To the gateway, or to everyone: ARP and ND come as broadcast and multicast.
bool is_for_gateway(const wire::Ethernet& inner, const MacAddress& gateway)
{
    return inner.destination == gateway.bytes || wire::is_multicast(inner.destination);
}

} // namespace

Opened open(Packet& packet, const table::Snapshot& tables) noexcept
{
    if (packet.fragment) return {Verdict::drop(Drop::outer_fragment)};
    trim_to_datagram(packet);
    const auto inner_at = static_cast<std::uint16_t>(packet.l4 + sizeof(wire::Udp) + sizeof(wire::Vxlan));
    const auto* header = packet.at<wire::Vxlan>(packet.l4 + sizeof(wire::Udp));
    const auto* inner = packet.at<wire::Ethernet>(inner_at);
    if (header == nullptr || inner == nullptr || inner_at + sizeof *inner > packet.l3_length)
        return {Verdict::drop(Drop::truncated)};
    if (!header->has_vni()) return {Verdict::drop(Drop::vni_flag_clear)};
    packet.peer_tunnel = header->vni.host();
    const std::uint16_t* network = tables.vnis.find(packet.peer_tunnel);
    if (network == nullptr) return {Verdict::drop(Drop::vni_unknown)};
    if (!is_for_gateway(*inner, tables.settings.gateway_mac)) return {Verdict::drop(Drop::inner_not_for_gateway)};

    if (wire::is_multicast(inner->source)) return {Verdict::drop(Drop::inner_source_invalid)};

    const wire::Be16 type = inner->type;
    packet.network = *network;
    packet.from_tunnel = true;
    packet.to_gateway_mac = inner->destination == tables.settings.gateway_mac.bytes;
    packet.strip(inner_at);
    if (type == wire::EtherType::arp) return {Verdict::next(), true};
    if (type != wire::EtherType::ipv4 && type != wire::EtherType::ipv6)
        return {Verdict::drop(Drop::inner_not_for_gateway)};
    packet.strip(sizeof(wire::Ethernet));
    packet.family = type == wire::EtherType::ipv4 ? 4 : 6;
    return {Verdict::next()};
}

} // namespace sluice::vxlan
