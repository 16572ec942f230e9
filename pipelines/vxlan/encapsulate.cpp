// To a VTEP: the ready-made header in front. RFC 7348 section 5; the source port carries the inner flow's entropy.
#include "dataplane/burst/family.hpp"
#include "dataplane/burst/outer_header.hpp"
#include "dataplane/wire/vxlan.hpp"
#include "pipelines/vxlan/drops.hpp"
#include "pipelines/vxlan/vxlan.hpp"

namespace sluice::vxlan {
Verdict encapsulate(Packet& packet, std::span<const std::uint8_t> header, std::uint64_t hash) noexcept
{
    wire::Udp* udp = prepend_outer(*packet.mbuf, header);
    if (udp == nullptr) return Verdict::drop(Drop::no_headroom);
    udp->source = wire::vxlan_entropy_port(hash);
    auto* inner = reinterpret_cast<wire::Ethernet*>(reinterpret_cast<wire::Vxlan*>(udp + 1) + 1);
    inner->type = packet.family == V4::family ? V4::ether_type : V6::ether_type;
    return Verdict::next();
}

Verdict encapsulate_frame(Packet& packet, std::span<const std::uint8_t> header, std::uint64_t hash) noexcept
{
    wire::Udp* udp = prepend_outer(*packet.mbuf, header.first(header.size() - sizeof(wire::Ethernet)));
    if (udp == nullptr) return Verdict::drop(Drop::no_headroom);
    udp->source = wire::vxlan_entropy_port(hash);
    return Verdict::next();
}

} // namespace sluice::vxlan
