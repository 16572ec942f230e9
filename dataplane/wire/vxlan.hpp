// VXLAN (RFC 7348 section 5).
#pragma once

#include "dataplane/wire/endian.hpp"

namespace sluice::wire {

struct Vxlan {
    static constexpr Be16 port{4789};
    static constexpr std::uint8_t vni_flag = 0x08; // the I flag; all others are reserved, sent 0, ignored on receipt

    std::uint8_t flags;
    std::array<std::uint8_t, 3> reserved_before;
    Be24 vni;
    std::uint8_t reserved_after;

    constexpr bool has_vni() const noexcept { return (flags & vni_flag) != 0; }
};
static_assert(is_wire_layout<Vxlan, 8>);

// The UDP source port that carries the inner flow's entropy, from the dynamic range, as section 5 recommends.
constexpr Be16 vxlan_entropy_port(std::uint64_t flow_hash) noexcept
{
    return Be16{static_cast<std::uint16_t>(0xC000U | ((flow_hash >> 16) & 0x3FFF))};
}

constexpr Vxlan vxlan_header(std::uint32_t vni) noexcept
{
    return {Vxlan::vni_flag, {}, Be24{vni}, 0};
}

} // namespace sluice::wire
