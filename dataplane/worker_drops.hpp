// Why a worker itself drops a packet: the frame was ready to leave and the port did not take it.
#pragma once

#include "dataplane/burst/reasons.hpp"

namespace sluice::worker {

enum class Drop : std::uint8_t { tx_queue_full, port_removed, inject_no_headroom, count_ };

constexpr Stage stage_of(Drop) noexcept
{
    return Stage::worker;
}

inline constexpr std::array<ReasonRow<Drop>, 3> drop_reasons{{
    {Drop::tx_queue_full, "tx_queue_full", "the port's transmit queue took no more frames",
     "the link is slower than its traffic: a faster link, or fewer flows towards it"},
    {Drop::port_removed, "port_removed", "the device of the port was removed while the node ran",
     "put the device back and restart the dataplane"},
    {Drop::inject_no_headroom, "inject_no_headroom", "a frame of the kernel has no room for its VLAN tag",
     "report it: frames of the kernel are read with headroom"},
}};
static_assert(rows_match_enum<Drop>(drop_reasons));

} // namespace sluice::worker
