// Exits: the ready-made front of a packet for each hop, see dataplane/table/exit.hpp.
#pragma once

#include "dataplane/table/build/tunnel_header.hpp"
#include "dataplane/table/snapshot.hpp"

namespace sluice::table {

// Of a tunnel, without its link.
[[nodiscard]] Exit tunnel_exit(Tunnel::Kind kind, bool is_v4, const TunnelHeader& header, std::uint16_t mtu,
                               std::uint32_t counter);
// The link in front, where all packets leave by one neighbour: makes the exit ready.
void put_link(Exit& exit, const Interface& out, const MacAddress& neighbor);

} // namespace sluice::table
