// Exits: the ready-made front of a packet for each hop, see dataplane/table/exit.hpp.
#pragma once

#include "dataplane/table/snapshot.hpp"

namespace sluice::table {

// The exit of `hop`, or one that is not ready. Needs interfaces, adjacencies, groups, hops and tunnels as they will be.
[[nodiscard]] Exit make_exit(const Snapshot& tables, const Hop& hop);

} // namespace sluice::table
