// From a frame to a Packet: Ethernet, the VLAN tag, IP, the transport header's ports. Outer and inner packets alike.
#pragma once

#include "dataplane/burst/packet.hpp"

namespace sluice::ip {

// What a frame turned out to carry; `other` verdicts have ended it.
enum class Carries : std::uint8_t { nothing, ip, arp };

struct FrameVerdict {
    Verdict verdict;
    Carries carries = Carries::nothing;
    bool link_multicast = false; // group destination on the wire: for the kernel or for nobody, never routed
};

// Finds the interface, checks the destination MAC, and moves data start behind the Ethernet header and tag (except for
// ARP, whose data start stays at the frame). Precondition: make_writable() has passed over the frame.
[[nodiscard]] FrameVerdict parse_frame(Packet& packet, const table::Snapshot& tables, std::uint16_t port) noexcept;

// Precondition: data start is at an IP header of the ethertype's family. Checks in the order of RFC 1812 section 5.2.2
// and RFC 8200, cuts Ethernet padding, and finds protocol, ports and what kind of ICMP it is.
[[nodiscard]] Verdict parse_ip(Packet& packet) noexcept;

} // namespace sluice::ip
