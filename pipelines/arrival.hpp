// From a received frame to a packet in its network: parsed, out of its tunnel, and link-local business done. What is
// left when the verdict says `next` is a unicast IP packet that policy and routes decide about.
#pragma once

#include "dataplane/burst/packet.hpp"
#include "dataplane/burst/pipeline.hpp"
#include "pipelines/traffic.hpp"

namespace sluice {

class Arrival {
public:
    Arrival(BurstContext& context, Traffic& traffic)
        : context_(context)
        , tables_(context.tables)
        , traffic_(traffic)
    {
    }

    // `packet.mbuf` is the frame; it may be replaced. An answer made in place (GTP-U echo, neighbour advertisement in a
    // tunnel) goes on as an originated packet.
    [[nodiscard]] Verdict take(Packet& packet, std::uint16_t port) noexcept;

private:
    [[nodiscard]] Verdict to_tunnel(Packet& packet) noexcept;
    [[nodiscard]] Verdict from_vxlan(Packet& packet) noexcept;
    [[nodiscard]] Verdict from_gtpu(Packet& packet) noexcept;
    [[nodiscard]] Verdict inner(Packet& packet) noexcept;
    [[nodiscard]] Verdict on_the_link(Packet& packet) noexcept;
    [[nodiscard]] Verdict arp_on_wire(Packet& packet) noexcept;
    [[nodiscard]] Verdict arp_in_tunnel(Packet& packet) noexcept;
    [[nodiscard]] Verdict discovery_on_wire(Packet& packet) noexcept;
    [[nodiscard]] Verdict discovery_in_tunnel(Packet& packet) noexcept;
    void count_sender(const Packet& packet) noexcept;

    BurstContext& context_;
    const table::Snapshot& tables_;
    Traffic& traffic_;
};

} // namespace sluice
