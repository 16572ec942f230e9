// UDP (RFC 768).
#pragma once

#include "dataplane/wire/endian.hpp"

namespace sluice::wire {

struct Udp {
    // A zero checksum says "not computed": allowed over IPv4, and over IPv6 for tunnels only (RFC 6935 section 5).
    static constexpr Be16 no_checksum{0};

    Be16 source;
    Be16 destination;
    Be16 length; // with these eight bytes
    Be16 checksum;
};
static_assert(is_wire_layout<Udp, 8>);

} // namespace sluice::wire
