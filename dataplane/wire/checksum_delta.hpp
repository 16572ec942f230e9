// Changing a checksum by what changed in the packet, without looking at the rest (RFC 1624 section 3, equation 3):
//   HC' = ~(~HC + ~m + m')
// A Delta collects ~m + m' of any number of fields and is applied to one checksum or several: translating an address
// and a port gives one Delta for the IPv4 header and, with the port's, one for TCP.
#pragma once

#include "dataplane/wire/checksum.hpp"

namespace sluice::wire {

class Delta {
public:
    constexpr Delta() noexcept = default;

    // A Delta that was kept as 16 bits, in a session entry for instance.
    static constexpr Delta from_folded(std::uint16_t folded) noexcept
    {
        Delta result;
        result.total_ = folded;
        return result;
    }
    constexpr std::uint16_t folded() const noexcept { return fold(total_); }

    // Fields at an even offset of what the checksum covers.
    constexpr void replace(Be16 before, Be16 after) noexcept
    {
        total_ += std::uint64_t{static_cast<std::uint16_t>(~before.raw())} + after.raw();
    }
    constexpr void replace(Be32 before, Be32 after) noexcept { total_ += std::uint64_t{~before.raw()} + after.raw(); }
    // Neighbours of together 64 bits. What is beyond 64 bits counts as one.
    constexpr void replace(Be64 before, Be64 after) noexcept
    {
        std::uint64_t difference = ~before.raw() + after.raw();
        difference += static_cast<std::uint64_t>(difference < after.raw());
        total_ += (difference >> 32) + (difference & 0xFFFF'FFFF);
    }
    constexpr void replace(const Ipv6Bytes& before, const Ipv6Bytes& after) noexcept
    {
        constexpr std::uint64_t all_ones = 4 * std::uint64_t{0xFFFFFFFF}; // complements all four words at once
        total_ += all_ones - sum(before) + sum(after);
    }

    // The field was lowered by `step`, without a borrow: ~m + (m - step) is ~step whatever m was.
    constexpr void lower(Be16 step) noexcept { total_ += static_cast<std::uint16_t>(~step.raw()); }

    // A field at any offset. At an odd one its bytes belong to two words, each to the other half than usual, which is
    // the same as swapping the bytes of the difference (RFC 1071 section 2 B).
    constexpr void replace_at(std::size_t offset, Be16 before, Be16 after) noexcept
    {
        if (offset % 2 == 0) return replace(before, after);
        replace(Be16::from_raw(detail::byte_swap(before.raw())), Be16::from_raw(detail::byte_swap(after.raw())));
    }

    constexpr void operator+=(Delta other) noexcept { total_ += other.folded(); }

    constexpr void apply(Be16& checksum) const noexcept
    {
        checksum = finish(total_ + static_cast<std::uint16_t>(~checksum.raw()));
    }

    // UDP: no checksum stays none, and a computed 0 is sent as 0xFFFF (RFC 768).
    constexpr void apply_udp(Be16& checksum) const noexcept
    {
        if (checksum == Be16{0}) return;
        apply(checksum);
        if (checksum == Be16{0}) checksum = Be16{0xFFFF};
    }

private:
    std::uint64_t total_ = 0;
};

// One field, one checksum; all three as raw words, as equation 3 has them.
constexpr std::uint16_t update(std::uint16_t checksum, std::uint16_t before, std::uint16_t after) noexcept
{
    Delta delta;
    delta.replace(Be16::from_raw(before), Be16::from_raw(after));
    Be16 result = Be16::from_raw(checksum);
    delta.apply(result);
    return result.raw();
}

constexpr std::uint16_t update(std::uint16_t checksum, std::uint32_t before, std::uint32_t after) noexcept
{
    Delta delta;
    delta.replace(Be32::from_raw(before), Be32::from_raw(after));
    Be16 result = Be16::from_raw(checksum);
    delta.apply(result);
    return result.raw();
}

constexpr std::uint16_t update(std::uint16_t checksum, const Ipv6Bytes& before, const Ipv6Bytes& after) noexcept
{
    Delta delta;
    delta.replace(before, after);
    Be16 result = Be16::from_raw(checksum);
    delta.apply(result);
    return result.raw();
}

inline constexpr Be16 ttl_step{0x0100}; // in the word of TTL and protocol

// One hop less. The caller has checked that the TTL is above 1 (RFC 1812 section 5.3.1).
constexpr void decrement_ttl(Ipv4& ip) noexcept
{
    --ip.ttl;
    // Equation 3 for this step: all ones are never its result.
    constexpr std::uint32_t ones = 0xFFFF;
    const std::uint32_t sum = std::uint32_t{ip.checksum.raw()} + ttl_step.raw();
    ip.checksum = Be16::from_raw(static_cast<std::uint16_t>(sum + static_cast<std::uint32_t>(sum >= ones)));
}

} // namespace sluice::wire
