// What all frames of one port and VLAN have in common, so that it is asked once per burst and not once per frame.
#pragma once

#include <cstddef>
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
        std::uint16_t vlan = wire::Vlan::priority_tag; // no tag means the same
        landing.bits_[1] = 0;
        if (is_tagged(frame)) {
            landing.length_ = sizeof(wire::Ethernet) + sizeof(wire::Vlan);
            landing.bits_[1] = link_word(wire::Be16{0xFFFF}, wire::Be16{wire::Vlan::id_mask});
            landing.typed_bits_[1] = landing.bits_[1];
            landing.front_[1] = landing.front6_[1] = express::load<Front>(frame)[1] & landing.bits_[1];
            vlan = reinterpret_cast<const wire::Vlan*>(frame + sizeof(wire::Ethernet))->id();
        }
        const std::uint16_t number = tables.interface_of[port * 4096U + vlan];
        if (number == no_interface) return landing;
        landing.is_known_ = true;
        const table::Interface& interface = tables.interfaces[number];
        landing.front_[0] = landing.front6_[0] = express::mac_word(interface.mac);
        landing.place_ = number | std::uint32_t{interface.network} << 16;
        return landing;
    }

    // By its addresses and the tag. An untagged landing does not ask for the lack of one: see is_other().
    [[nodiscard, gnu::always_inline]] bool takes(const std::uint8_t* frame) const noexcept
    {
        return is_known_ && express::is_zero(difference(frame));
    }
    [[nodiscard, gnu::always_inline]] bool takes(const std::uint8_t* a, const std::uint8_t* b, const std::uint8_t* c,
                                                 const std::uint8_t* d) const noexcept
    {
        return is_known_ && express::is_zero(difference(a) | difference(b) | difference(c) | difference(d));
    }
    // All four, and a packet of that family stands behind each link header.
    template<class Family>
    [[nodiscard, gnu::always_inline]] bool takes_all(const std::uint8_t* a, const std::uint8_t* b,
                                                     const std::uint8_t* c, const std::uint8_t* d) const noexcept
    {
        const Front front = Family::family == V4::family ? front_ : front6_;
        const auto difference = [front](const std::uint8_t* frame) { return express::load<Front>(frame) ^ front; };
        const Front differences = difference(a) | difference(b) | difference(c) | difference(d);
        if (!is_known_ || !express::is_zero(differences & typed_bits_)) return false;
        if (length_ == sizeof(wire::Ethernet)) return true;
        const auto type = [this](const std::uint8_t* frame) {
            return express::load<std::uint16_t>(frame + length_ - sizeof(wire::Be16)) ^ Family::ether_type.raw();
        };
        return (type(a) | type(b) | type(c) | type(d)) == 0;
    }
    // The frame has another tag than those that this is of, or none where they have one.
    [[nodiscard]] bool is_other(const std::uint8_t* frame) const noexcept
    {
        return difference(frame)[1] != 0 || (bits_[1] == 0 && is_tagged(frame));
    }

    [[nodiscard]] std::uint32_t length() const noexcept { return length_; } // of the link header
    [[nodiscard]] std::uint16_t network() const noexcept
    {
        static_assert(offsetof(ExpressPlace, network) == sizeof(std::uint16_t));
        return static_cast<std::uint16_t>(place_ >> 16);
    }
    // The first half of an ExpressPlace.
    [[nodiscard]] std::uint32_t place() const noexcept
    {
        static_assert(offsetof(ExpressPlace, room) == sizeof(place_));
        return place_;
    }

private:
    // A frame's first sixteen bytes: both addresses, the type and what stands behind it, as two words that stay in one
    // register.
    using Front [[gnu::vector_size(16)]] = std::uint64_t;

    static bool is_tagged(const std::uint8_t* frame) noexcept
    {
        return reinterpret_cast<const wire::Ethernet*>(frame)->type == wire::EtherType::vlan;
    }
    // The type and what stands behind it, as in the second word.
    static constexpr std::uint64_t link_word(wire::Be16 type, wire::Be16 next) noexcept
    {
        return std::uint64_t{type.raw()} << 32 | std::uint64_t{next.raw()} << 48;
    }
    // In the bits that are asked of any frame.
    [[nodiscard, gnu::always_inline]] Front difference(const std::uint8_t* frame) const noexcept
    {
        return (express::load<Front>(frame) ^ front_) & bits_;
    }

    // The interface's address, without a group bit; the tag, or without one the type.
    Front front_{0, link_word(wire::EtherType::ipv4, wire::Be16{0})};
    Front front6_{0, link_word(wire::EtherType::ipv6, wire::Be16{0})};
    Front bits_{express::mac_bits, ~std::uint64_t{0}};                                  // those that are asked
    Front typed_bits_{express::mac_bits, link_word(wire::Be16{0xFFFF}, wire::Be16{0})}; // where the type is as well
    bool is_known_ = false;                                                             // there is such an interface
    std::uint32_t length_ = sizeof(wire::Ethernet);
    std::uint32_t place_ = 0;
};

} // namespace sluice
