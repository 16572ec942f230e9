// Which addresses the dataplane answers for, and ARP (RFC 826) about them: asked and answered in one packet, which is
// turned around in place. Neighbour discovery is in discovery.hpp.
#pragma once

#include "dataplane/burst/packet.hpp"

namespace sluice::ip {

// Whether an answer for `address` is due on the wire of `interface`: a service, EIP or pool address inside one of the
// interface's own subnets. A kernel's own addresses are the kernel's to answer for.
[[nodiscard]] bool answers_on_wire(const table::Snapshot& tables, std::uint16_t interface,
                                   const IpAddress& address) noexcept;
// Inside a tunnel: the gateway of a subnet.
[[nodiscard]] bool answers_in_network(const table::Snapshot& tables, std::uint16_t network,
                                      const IpAddress& address) noexcept;

// Data start is at the Ethernet header, which may have a tag.
struct ArpQuestion {
    Verdict verdict; // a drop: malformed
    bool is_request = false;
    Ipv4Address target;
    Ipv4Address sender;
};
[[nodiscard]] ArpQuestion read_arp(const Packet& packet) noexcept;
// `mac` has the target. The frame's Ethernet header is addressed to the asker, from `mac`.
void turn_into_arp_reply(Packet& packet, const MacAddress& mac) noexcept;

} // namespace sluice::ip
