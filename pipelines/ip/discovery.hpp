// Neighbour discovery (RFC 4861): all of it is judged here, and a solicitation that the dataplane answers is turned
// around in place. Data start is at the IPv6 header, which parse has seen.
#pragma once

#include "dataplane/burst/packet.hpp"

namespace sluice::ip {

// Router or neighbour solicitation, advertisement, redirect.
[[nodiscard]] bool is_discovery(const Packet& packet) noexcept;

struct Discovery {
    Verdict verdict; // a drop: fails section 6.1, 7.1 or 8.1
    bool is_solicitation = false;
    Ipv6Address target; // of a solicitation
};
// A message that is longer than the first segment is not judged, and no solicitation.
[[nodiscard]] Discovery read_discovery(const Packet& packet) noexcept;

// From the target to the asker, `mac` in its option. False: no room in the mbuf.
[[nodiscard]] bool turn_into_advertisement(Packet& packet, const MacAddress& mac) noexcept;

} // namespace sluice::ip
