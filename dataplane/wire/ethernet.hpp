// Ethernet II (IEEE 802.3 clause 3) and the 802.1Q tag (IEEE 802.1Q clause 9).
#pragma once

#include "dataplane/wire/endian.hpp"

namespace sluice::wire {

using MacBytes = std::array<std::uint8_t, 6>;

inline constexpr MacBytes broadcast_mac{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

// The group bit is the lowest bit of the first octet (IEEE 802.3 section 3.2.3); broadcast has it too.
constexpr bool is_multicast(const MacBytes& mac) noexcept
{
    return (mac[0] & 0x01) != 0;
}

struct EtherType {
    static constexpr Be16 ipv4{0x0800};
    static constexpr Be16 arp{0x0806};
    static constexpr Be16 vlan{0x8100};
    static constexpr Be16 ipv6{0x86DD};
    static constexpr Be16 service_vlan{0x88A8};    // outer tag of two, IEEE 802.1ad
    static constexpr std::uint16_t lowest{0x0600}; // below it the field is an 802.3 length
};

struct Ethernet {
    MacBytes destination;
    MacBytes source;
    Be16 type;
};
static_assert(is_wire_layout<Ethernet, 14>);

// What follows the ethertype 0x8100: the tag control information and the ethertype of what is inside.
struct Vlan {
    static constexpr std::uint16_t id_mask = 0x0FFF;
    static constexpr std::uint16_t drop_eligible = 0x1000;
    static constexpr unsigned priority_shift = 13;
    static constexpr std::uint16_t priority_tag = 0;    // VID 0: no VLAN, only a priority
    static constexpr std::uint16_t reserved_id = 0xFFF; // never on the wire

    Be16 control;
    Be16 type;

    constexpr std::uint16_t id() const noexcept { return control.host() & id_mask; }
    constexpr std::uint8_t priority() const noexcept
    {
        return static_cast<std::uint8_t>(control.host() >> priority_shift);
    }
};
static_assert(is_wire_layout<Vlan, 4>);

} // namespace sluice::wire
