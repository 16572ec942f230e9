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

constexpr Vxlan vxlan_header(std::uint32_t vni) noexcept
{
    return {Vxlan::vni_flag, {}, Be24{vni}, 0};
}

} // namespace sluice::wire
