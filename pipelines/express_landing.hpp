// What all frames of one port and VLAN have in common, so that it is asked once per burst and not once per frame.
#pragma once

#include <cstdint>

#include "dataplane/table/snapshot.hpp"
#include "dataplane/wire/ethernet.hpp"
#include "pipelines/express_look.hpp"

namespace sluice {

class ExpressLanding {
public:
    ExpressLanding() = default; // takes no frame

    // Of frames with the tag that this one has, or has not, on that port.
    [[nodiscard, gnu::noinline]] static ExpressLanding of(const table::Snapshot& tables, std::uint16_t port,
                                                          const std::uint8_t* frame) noexcept
    {
        constexpr std::uint16_t no_interface = 0xFFFF;
        ExpressLanding landing;
        landing.tag_ = landing.tag_bits_ = 0;
        std::uint16_t vlan = wire::Vlan::priority_tag; // no tag means the same
        if (is_tagged(frame)) {
            landing.length_ = sizeof(wire::Ethernet) + sizeof(wire::Vlan);
            landing.tag_bits_ = link_word(wire::Be16{0xFFFF}, wire::Be16{wire::Vlan::id_mask});
            landing.tag_ = express::load<std::uint32_t>(frame + type_offset) & landing.tag_bits_;
            vlan = reinterpret_cast<const wire::Vlan*>(frame + sizeof(wire::Ethernet))->id();
        }
        landing.place_.interface = tables.interface_of[port * 4096U + vlan];
        if (landing.place_.interface == no_interface) return landing;
        const table::Interface& interface = tables.interfaces[landing.place_.interface];
        landing.place_.network = interface.network;
        landing.mac_ = express::mac_word(interface.mac);
        return landing;
    }

    // By its addresses and the tag. An untagged landing does not ask for the lack of one: see is_other().
    [[nodiscard, gnu::always_inline]] bool takes(const std::uint8_t* frame) const noexcept
    {
        const std::uint64_t mac = (express::load<std::uint64_t>(frame) & express::mac_bits) ^ mac_;
        const std::uint32_t tag = (express::load<std::uint32_t>(frame + type_offset) ^ tag_) & tag_bits_;
        return (mac | tag) == 0;
    }
    // The frame has another tag than those that this is of, or none where they have one.
    [[nodiscard]] bool is_other(const std::uint8_t* frame) const noexcept
    {
        const std::uint32_t tag = express::load<std::uint32_t>(frame + type_offset) & tag_bits_;
        return tag != tag_ || (tag_bits_ == 0 && is_tagged(frame));
    }

    [[nodiscard]] std::uint32_t length() const noexcept { return length_; } // of the link header
    [[nodiscard]] ExpressPlace place() const noexcept { return place_; }
    [[nodiscard]] std::uint16_t network() const noexcept { return place_.network; }

private:
    static constexpr std::size_t type_offset = sizeof(wire::Ethernet) - sizeof(wire::Be16);

    static bool is_tagged(const std::uint8_t* frame) noexcept
    {
        return reinterpret_cast<const wire::Ethernet*>(frame)->type == wire::EtherType::vlan;
    }
    // The type and what stands behind it.
    static constexpr std::uint32_t link_word(wire::Be16 type, wire::Be16 next) noexcept
    {
        return type.raw() | std::uint32_t{next.raw()} << 16;
    }

    std::uint64_t mac_ = ~std::uint64_t{0}; // of the interface, without a group bit; all ones: no interface takes them
    std::uint32_t tag_ = ~std::uint32_t{0}; // the type and the VLAN, or of no tag nothing; all ones: no frame has that
    std::uint32_t tag_bits_ = ~std::uint32_t{0};
    std::uint32_t length_ = sizeof(wire::Ethernet);
    ExpressPlace place_;
};

} // namespace sluice
