// Why a worker itself drops a packet: the frame was ready to leave and the port did not take it, or it came from the
// kernel and leads nowhere.
#pragma once

#include "dataplane/burst/reasons.hpp"

namespace sluice::worker {

enum class Drop : std::uint8_t {
    tx_queue_full,
    port_removed,
    inject_no_headroom,
    announced_address,
    tx_no_buffer,
    count_
};

constexpr Stage stage_of(Drop) noexcept
{
    return Stage::worker;
}

inline constexpr std::array<ReasonRow<Drop>, 5> drop_reasons{{
    {Drop::tx_queue_full, "tx_queue_full", "the port's transmit queue took no more frames",
     "the link is slower than its traffic: a faster link, or fewer flows towards it; in bursts, more tx-descriptors"},
    {Drop::port_removed, "port_removed", "the device of the port was removed while the node ran",
     "put the device back and restart the dataplane"},
    {Drop::inject_no_headroom, "inject_no_headroom", "a frame of the kernel has no room for its VLAN tag",
     "report it: frames of the kernel are read with headroom"},
    {Drop::announced_address, "announced_address", "the kernel sent it to an address that this node announces",
     "keep forwarding off in the node's namespace, and programs that use the node's own services out of it"},
    {Drop::tx_no_buffer, "tx_no_buffer", "in more segments than the device sends, and no packet buffer to join them in",
     "packet buffers ran out: see 'packet buffers' in sluicectl status, and which queues are full"},
}};
static_assert(rows_match_enum<Drop>(drop_reasons));

} // namespace sluice::worker
