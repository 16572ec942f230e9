// Which budget a packet to the kernel is charged to.
#pragma once

#include "dataplane/burst/packet.hpp"
#include "dataplane/table/snapshot.hpp"
#include "dataplane/wire/endian.hpp"
#include "dataplane/wire/ip_protocol.hpp"

namespace sluice {

// Precondition: parsed.
[[nodiscard]] inline PuntClass punt_class(const Packet& packet) noexcept
{
    constexpr std::uint16_t bgp = 179;
    constexpr std::uint16_t bfd = 3784;          // RFC 5881 section 4
    constexpr std::uint16_t bfd_multihop = 4784; // RFC 5883 section 5
    const auto uses = [&packet](std::uint16_t port) {
        const std::uint16_t raw = wire::Be16{port}.raw();
        return packet.source_port == raw || packet.destination_port == raw;
    };
    if (packet.protocol == wire::IpProtocol::tcp && uses(bgp)) return PuntClass::routing;
    if (packet.protocol == wire::IpProtocol::udp && (uses(bfd) || uses(bfd_multihop))) return PuntClass::routing;
    const bool icmp = packet.protocol == wire::IpProtocol::icmp || packet.protocol == wire::IpProtocol::icmp6;
    return icmp ? PuntClass::icmp : PuntClass::other;
}

// What a machine sends to the gateway of its VPC goes on to the kernel's VXLAN device as it came, where the gateway is
// present. Not what was sent to a group's MAC: that the kernel would offer to sockets of the underlay as well.
// Precondition: the destination is a gateway of the packet's network.
[[nodiscard]] inline bool is_for_presence(const table::Snapshot& tables, const Packet& packet) noexcept
{
    return packet.to_gateway_mac && packet.passes == 0 && tables.networks[packet.network].presence;
}

} // namespace sluice
