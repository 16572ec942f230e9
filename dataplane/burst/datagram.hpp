// Where a UDP datagram ends.
#pragma once

#include "dataplane/burst/packet.hpp"
#include "dataplane/burst/writable.hpp"
#include "dataplane/wire/udp.hpp"

namespace sluice {

// Cuts what lies behind the end that the UDP header names (RFC 768): it belongs to IP, not to what the datagram
// carries. Precondition: a whole UDP packet that parse has found in order, so that its end lies within the IP packet.
inline void trim_to_datagram(Packet& packet) noexcept
{
    const auto end = static_cast<std::uint16_t>(packet.l4 + packet.at<wire::Udp>(packet.l4)->length.host());
    if (end == packet.l3_length) return;
    trim_to(packet.mbuf, end);
    packet.l3_length = end;
}

} // namespace sluice
