// What the express lane knows of one frame between its passes. Lives in the worker's own array, so that a pass touches
// neither the mbuf nor the packet again unless it must.
#pragma once

#include <array>
#include <cstdint>

#include "dataplane/burst/pipeline.hpp"
#include "dataplane/table/exit.hpp"
#include "dataplane/table/flow_key.hpp"
#include "dataplane/table/session_entry.hpp"

struct rte_mbuf;

namespace sluice {

struct alignas(64) ExpressItem {
    enum class Lane : std::uint8_t {
        general, // not for the express lane; nothing of it was changed
        keyed,   // the same, but its flow is known: its bucket is worth a prefetch
        gtpu,    // a G-PDU whose tunnel is looked up in the next pass
        session, // may have a session
        plain    // has none: routed as it is
    };

    rte_mbuf* mbuf;
    std::uint8_t* ip;          // the IP header, of the inner packet when it came in a tunnel
    const table::Exit* exit;   // valid from resolve() on
    std::uint64_t hash;        // keyed, of the flow
    std::uint32_t entry;       // session entry, or none
    std::uint32_t way;         // target of the route to its destination, where it seems to have no session; or none
    std::uint32_t tunnel;      // counter of the tunnel it came out of, or none; before that, the TEID
    std::uint32_t wire_length; // of the frame as received
    std::uint16_t l3_length;   // of the (inner) IP packet
    std::uint16_t interface;   // where it was received
    std::uint16_t network;     // where it is now
    std::uint8_t family;       // 4 or 6
    std::uint8_t tcp_flags;    // of TCP; 0 of UDP
    std::uint8_t protocol;     // TCP or UDP
    Lane lane;
    std::uint32_t sender; // out of VXLAN: the target, then the hop, of the way back to the source; or none
    union {
        table::FlowKey4 v4;
        table::FlowKey6 v6;
    } key;
};

static_assert(sizeof(ExpressItem) == 128);

using ExpressLane = std::array<ExpressItem, burst_size>;

} // namespace sluice
