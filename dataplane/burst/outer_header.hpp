// What the two tunnels share on the way out: the ready-made outer IP and UDP header, its lengths patched.
#pragma once

#include <cstring>
#include <span>

#include "dataplane/burst/packet.hpp"
#include "dataplane/wire/checksum_delta.hpp"
#include "dataplane/wire/ipv4.hpp"
#include "dataplane/wire/ipv6.hpp"
#include "dataplane/wire/udp.hpp"

namespace sluice {

// A tunnel's header begins with its outer IP header.
[[nodiscard]] inline bool is_outer_v4(std::span<const std::uint8_t> header) noexcept
{
    return header[0] >> 4 == 4;
}

// Copies a tunnel's header in front of the packet and patches the IP and UDP lengths; the template's IPv4 checksum was
// made with a length of zero. nullptr: no headroom. The result is the outer UDP header.
[[nodiscard]] inline wire::Udp* prepend_outer(rte_mbuf& mbuf, std::span<const std::uint8_t> header) noexcept
{
    char* front = rte_pktmbuf_prepend(&mbuf, static_cast<std::uint16_t>(header.size()));
    if (front == nullptr) return nullptr;
    std::memcpy(front, header.data(), header.size());
    wire::Udp* udp = nullptr;
    if (is_outer_v4(header)) {
        auto* ip = reinterpret_cast<wire::Ipv4*>(front);
        const wire::Be16 total{static_cast<std::uint16_t>(mbuf.pkt_len)};
        wire::Delta delta;
        delta.replace(ip->total_length, total);
        ip->total_length = total;
        delta.apply(ip->checksum);
        udp = reinterpret_cast<wire::Udp*>(ip + 1);
        udp->length = wire::Be16{static_cast<std::uint16_t>(mbuf.pkt_len - sizeof *ip)};
    } else {
        auto* ip = reinterpret_cast<wire::Ipv6*>(front);
        ip->payload_length = wire::Be16{static_cast<std::uint16_t>(mbuf.pkt_len - sizeof *ip)};
        udp = reinterpret_cast<wire::Udp*>(ip + 1);
        udp->length = ip->payload_length;
    }
    return udp;
}

} // namespace sluice
