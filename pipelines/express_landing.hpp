// What all frames of one port and VLAN have in common, so that it is asked once per burst and not once per frame.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#if defined(__SSE4_1__)
#include <immintrin.h>
#endif

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
        landing.bits_ = Front{express::mac_bits, 0};
        if (is_tagged(frame)) {
            landing.length_ = sizeof(wire::Ethernet) + sizeof(wire::Vlan);
            landing.bits_[1] = link_word(wire::Be16{0xFFFF}, wire::Be16{wire::Vlan::id_mask});
            vlan = reinterpret_cast<const wire::Vlan*>(frame + sizeof(wire::Ethernet))->id();
        }
        landing.front_ = express::load<Front>(frame) & landing.bits_;
        const std::uint16_t number = tables.interface_of[port * 4096U + vlan];
        if (number == no_interface) {
            landing.front_[0] = of_no_frame;
            return landing;
        }
        const table::Interface& interface = tables.interfaces[number];
        landing.front_[0] = express::mac_word(interface.mac);
        landing.place_ = std::bit_cast<std::uint32_t>(ExpressPlace{number, interface.network});
        return landing;
    }

    // By its addresses and the tag. An untagged landing does not ask for the lack of one: see is_other().
    [[nodiscard, gnu::always_inline]] bool takes(const std::uint8_t* frame) const noexcept
    {
        return is_zero((express::load<Front>(frame) & bits_) ^ front_);
    }
    // The frame has another tag than those that this is of, or none where they have one.
    [[nodiscard]] bool is_other(const std::uint8_t* frame) const noexcept
    {
        const Front other = (express::load<Front>(frame) & bits_) ^ front_;
        return other[1] != 0 || (bits_[1] == 0 && is_tagged(frame));
    }

    [[nodiscard]] std::uint32_t length() const noexcept { return length_; } // of the link header
    [[nodiscard]] std::uint32_t place() const noexcept { return place_; }   // an ExpressPlace as a word
    [[nodiscard]] std::uint16_t network() const noexcept
    {
        static_assert(offsetof(ExpressPlace, network) == sizeof(std::uint16_t));
        return static_cast<std::uint16_t>(place_ >> 16);
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
    [[gnu::always_inline]] static bool is_zero(Front front) noexcept
    {
#if defined(__SSE4_1__)
        return _mm_testz_si128(reinterpret_cast<__m128i>(front), reinterpret_cast<__m128i>(front)) != 0;
#else
        return (front[0] | front[1]) == 0;
#endif
    }

    // Has bits that are never asked, so that no frame equals it, whatever its addresses.
    static constexpr std::uint64_t of_no_frame = ~std::uint64_t{0};
    static_assert((of_no_frame & ~express::mac_bits) != 0);

    Front front_{of_no_frame, of_no_frame};            // the interface's address, without a group bit, and the tag
    Front bits_{express::mac_bits, ~std::uint64_t{0}}; // those that are asked
    std::uint32_t length_ = sizeof(wire::Ethernet);
    std::uint32_t place_ = 0;
};

} // namespace sluice
