// ARP (RFC 826) and neighbour discovery (RFC 4861) for addresses that the dataplane answers for: asked and answered in
// one packet, which is turned around in place.
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

// ---- ARP: data start is at the Ethernet header, which may have a tag.
struct ArpQuestion {
    Verdict verdict; // a drop: malformed
    bool is_request = false;
    Ipv4Address target;
    Ipv4Address sender;
};
[[nodiscard]] ArpQuestion read_arp(const Packet& packet) noexcept;
// `mac` has the target. The frame's Ethernet header is addressed to the asker, from `mac`.
void turn_into_arp_reply(Packet& packet, const MacAddress& mac) noexcept;

// ---- ND: data start is at the IPv6 header.
[[nodiscard]] bool
is_discovery(const Packet& packet) noexcept; // router or neighbour solicitation, advertisement, redirect
struct Solicitation {
    Verdict verdict; // a drop: fails section 7.1.1
    bool is_solicitation = false;
    Ipv6Address target;
};
[[nodiscard]] Solicitation read_solicitation(const Packet& packet) noexcept;
// From the target to the asker, `mac` in its option. False: no room in the mbuf.
[[nodiscard]] bool turn_into_advertisement(Packet& packet, const MacAddress& mac) noexcept;

} // namespace sluice::ip
