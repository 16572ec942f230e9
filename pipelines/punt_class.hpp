// Which budget a packet to the kernel is charged to.
#pragma once

#include "dataplane/burst/packet.hpp"
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

} // namespace sluice
