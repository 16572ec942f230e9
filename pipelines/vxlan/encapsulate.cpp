// To a VTEP: the ready-made header in front. RFC 7348 section 5; the source port carries the inner flow's entropy.
#include "dataplane/burst/family.hpp"
#include "dataplane/burst/outer_header.hpp"
#include "dataplane/wire/vxlan.hpp"
#include "pipelines/vxlan/drops.hpp"
#include "pipelines/vxlan/vxlan.hpp"

namespace sluice::vxlan {
Verdict encapsulate(Packet& packet, const table::Tunnel& tunnel, std::uint64_t hash) noexcept
{
    wire::Udp* udp = prepend_outer(*packet.mbuf, tunnel, tunnel.header_length);
    if (udp == nullptr) return Verdict::drop(Drop::no_headroom);
    udp->source = wire::vxlan_entropy_port(hash);
    auto* inner = reinterpret_cast<wire::Ethernet*>(reinterpret_cast<wire::Vxlan*>(udp + 1) + 1);
    inner->type = packet.family == V4::family ? V4::ether_type : V6::ether_type;
    return Verdict::next();
}

Verdict encapsulate_frame(Packet& packet, const table::Tunnel& tunnel, std::uint64_t hash) noexcept
{
    const auto outer = static_cast<std::uint16_t>(tunnel.header_length - sizeof(wire::Ethernet));
    wire::Udp* udp = prepend_outer(*packet.mbuf, tunnel, outer);
    if (udp == nullptr) return Verdict::drop(Drop::no_headroom);
    udp->source = wire::vxlan_entropy_port(hash);
    return Verdict::next();
}

} // namespace sluice::vxlan
