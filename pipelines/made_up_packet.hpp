// A packet for a question (`sluicectl why`): as its sender would have sent it, in the tunnel it would have come in, on
// the interface where that tunnel ends.
#pragma once

#include "dataplane/api/sluice.pb.h"
#include "dataplane/base/result.hpp"
#include "dataplane/table/snapshot.hpp"

struct rte_mbuf;
struct rte_mempool;

namespace sluice {

struct MadeUpPacket {
    rte_mbuf* frame = nullptr; // the caller's
    const table::Interface* interface = nullptr;
    IpAddress peer; // who sent the outer packet; of no meaning without a tunnel
};

// Refuses what no sender could send here: an unknown network or interface, addresses of two families, another protocol
// than TCP, UDP and the family's ping, a port or TTL that is none, a source behind no tunnel of the network, a length
// below the headers' or above a buffer's.
[[nodiscard]] Result<MadeUpPacket> make_up(const api::Explain& question, const table::Snapshot& tables,
                                           rte_mempool* pool);

} // namespace sluice
