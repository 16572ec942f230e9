// Outer lengths after the inner packet was cut to its own length: the Ethernet frame inside may have been padded.
#include "dataplane/burst/family.hpp"
#include "dataplane/wire/checksum_delta.hpp"
#include "dataplane/wire/ethernet.hpp"
#include "dataplane/wire/udp.hpp"
#include "dataplane/wire/vxlan.hpp"
#include "pipelines/vxlan/vxlan.hpp"

namespace sluice::vxlan {
namespace {

wire::Be16 as_length(std::size_t bytes)
{
    return wire::Be16{static_cast<std::uint16_t>(bytes)};
}

} // namespace

void fit_outer(rte_mbuf& frame, std::uint32_t inner) noexcept
{
    constexpr std::uint32_t behind_ip = sizeof(wire::Udp) + sizeof(wire::Vxlan) + sizeof(wire::Ethernet);
    const bool tagged = header_at<wire::Ethernet>(frame, 0)->type == wire::EtherType::vlan; // open() saw all of these
    const std::uint32_t ip_at = sizeof(wire::Ethernet) + (tagged ? sizeof(wire::Vlan) : 0);
    auto& udp = *header_at<wire::Udp>(frame, inner - behind_ip);
    const wire::Be16 datagram = as_length(frame.pkt_len - (inner - behind_ip));
    auto& ip4 = *header_at<wire::Ipv4>(frame, ip_at);
    if (ip4.version_length >> 4 == V4::family) {
        const wire::Be16 total = as_length(frame.pkt_len - ip_at);
        if (ip4.total_length == total && udp.length == datagram) return;
        wire::Delta delta;
        delta.replace(ip4.total_length, total);
        delta.apply(ip4.checksum);
        ip4.total_length = total;
    } else {
        auto& ip6 = *header_at<wire::Ipv6>(frame, ip_at);
        const wire::Be16 payload = as_length(frame.pkt_len - ip_at - sizeof ip6);
        if (ip6.payload_length == payload && udp.length == datagram) return;
        ip6.payload_length = payload;
    }
    udp.length = datagram;
    udp.checksum = wire::Be16{0}; // the bytes that are gone were part of it, and none is allowed (RFC 7348 section 4.3)
}

} // namespace sluice::vxlan
