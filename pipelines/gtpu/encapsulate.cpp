// Towards a peer: outer IP, UDP and the eight bytes of GTP-U in front. TS 29.281 sections 4.4.2 and 5.1.
#include "dataplane/burst/outer_header.hpp"
#include "dataplane/wire/gtpu.hpp"
#include "pipelines/gtpu/drops.hpp"
#include "pipelines/gtpu/gtpu.hpp"

namespace sluice::gtpu {

Verdict encapsulate(Packet& packet, std::span<const std::uint8_t> header) noexcept
{
    const wire::Be16 length{static_cast<std::uint16_t>(packet.mbuf->pkt_len)}; // what follows the mandatory header
    wire::Udp* udp = prepend_outer(*packet.mbuf, header);
    if (udp == nullptr) return Verdict::drop(Drop::no_headroom);
    reinterpret_cast<wire::Gtpu*>(udp + 1)->length = length;
    return Verdict::next();
}

} // namespace sluice::gtpu
