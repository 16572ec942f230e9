// VXLAN, both directions. RFC 7348 section 5.
#pragma once

#include <cstdint>
#include <span>

#include "dataplane/burst/packet.hpp"

namespace sluice::vxlan {

struct Opened {
    Verdict verdict;
    bool arp = false; // data start is at the inner Ethernet header, and ARP follows; otherwise at the inner IP header
};

// Outer IP, UDP, VXLAN and inner Ethernet off; the packet's network is the VNI's from here on.
// The caller has matched our VTEP's address and port, and that this interface terminates VXLAN.
[[nodiscard]] Opened open(Packet& packet, const table::Snapshot& tables) noexcept;

// The tunnel's ready-made header in front, lengths and entropy source port patched. The caller has checked the MTU.
[[nodiscard]] Verdict encapsulate(Packet& packet, std::span<const std::uint8_t> header, std::uint64_t hash) noexcept;

// The same for a whole inner frame with an Ethernet header of its own: an ARP reply.
[[nodiscard]] Verdict encapsulate_frame(Packet& packet, std::span<const std::uint8_t> header,
                                        std::uint64_t hash) noexcept;

// For a packet that goes to the kernel as it came: its outer headers, back in front, say how long it is now, in case
// bytes behind its end were cut off. Data start is at the frame's first byte, the inner IP header `inner` bytes behind.
void fit_outer(rte_mbuf& frame, std::uint32_t inner) noexcept;

} // namespace sluice::vxlan
