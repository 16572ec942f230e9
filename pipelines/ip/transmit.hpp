// The last step of every packet that leaves: Ethernet header and tag in front, out of the port.
#pragma once

#include "dataplane/burst/packet.hpp"
#include "dataplane/burst/pipeline.hpp"
#include "dataplane/wire/endian.hpp"

namespace sluice::ip {

// Data start is at the outermost IP header, of ethertype `type`. Gone, or dropped as no_headroom.
[[nodiscard]] Verdict transmit(BurstContext& context, Packet& packet, const table::Adjacency& to,
                               wire::Be16 type) noexcept;

// ---- Answers made in place, out of the interface they came in by. Data start is at the Ethernet header.
// The frame's sender becomes its destination.
void address_back(const table::Snapshot& tables, Packet& packet) noexcept;
[[nodiscard]] Verdict send_back(BurstContext& context, Packet& packet) noexcept;

} // namespace sluice::ip
