// Big-endian integers as types: a host integer becomes one only by Be16{443}, and comes back only by .host(), so the
// compiler checks byte order. Storage is bytes, alignment 1, so a struct of them may be laid over any packet address.
// `raw()` and `from_raw()` carry the bytes as one machine word: for keys and for checksum arithmetic, never for values.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace sluice::wire {

// True for what may be laid over packet bytes: no padding before, between or after, no alignment asked of the address.
template<class T, std::size_t size>
inline constexpr bool
    is_wire_layout = alignof(T) == 1 &&
                     sizeof(T) == size&& std::is_trivially_copyable_v<T>&& std::is_standard_layout_v<T>;

namespace detail {

constexpr std::uint16_t byte_swap(std::uint16_t value) noexcept
{
    return __builtin_bswap16(value);
}
constexpr std::uint32_t byte_swap(std::uint32_t value) noexcept
{
    return __builtin_bswap32(value);
}
constexpr std::uint64_t byte_swap(std::uint64_t value) noexcept
{
    return __builtin_bswap64(value);
}

template<class Word>
constexpr Word big_endian(Word value) noexcept
{
    return std::endian::native == std::endian::big ? value : byte_swap(value);
}

} // namespace detail

template<class Word>
class BigEndian {
public:
    constexpr BigEndian() noexcept = default;
    constexpr explicit BigEndian(Word host) noexcept
        : bytes_(std::bit_cast<Bytes>(detail::big_endian(host)))
    {
    }

    static constexpr BigEndian from_raw(Word raw) noexcept
    {
        BigEndian result;
        result.bytes_ = std::bit_cast<Bytes>(raw);
        return result;
    }

    constexpr Word host() const noexcept { return detail::big_endian(raw()); }
    constexpr Word raw() const noexcept { return std::bit_cast<Word>(bytes_); }

    friend constexpr bool operator==(BigEndian a, BigEndian b) noexcept { return a.raw() == b.raw(); }

private:
    using Bytes = std::array<std::uint8_t, sizeof(Word)>;
    Bytes bytes_{};
};

using Be16 = BigEndian<std::uint16_t>;
using Be32 = BigEndian<std::uint32_t>;
using Be64 = BigEndian<std::uint64_t>;

// 24 bits, as in a VXLAN network identifier; the upper eight bits of a host value are cut off.
class Be24 {
public:
    static constexpr std::uint32_t max = 0xFFFFFF;

    constexpr Be24() noexcept = default;
    constexpr explicit Be24(std::uint32_t host) noexcept
        : bytes_{static_cast<std::uint8_t>(host >> 16), static_cast<std::uint8_t>(host >> 8),
                 static_cast<std::uint8_t>(host)}
    {
    }

    static constexpr Be24 from_raw(std::uint32_t raw) noexcept
    {
        const auto bytes = std::bit_cast<std::array<std::uint8_t, 4>>(raw);
        Be24 result;
        result.bytes_ = {bytes[0], bytes[1], bytes[2]};
        return result;
    }

    constexpr std::uint32_t host() const noexcept
    {
        return (std::uint32_t{bytes_[0]} << 16) | (std::uint32_t{bytes_[1]} << 8) | bytes_[2];
    }
    constexpr std::uint32_t raw() const noexcept
    {
        return std::bit_cast<std::uint32_t>(std::array<std::uint8_t, 4>{bytes_[0], bytes_[1], bytes_[2], 0});
    }

    friend constexpr bool operator==(Be24 a, Be24 b) noexcept { return a.host() == b.host(); }

private:
    std::array<std::uint8_t, 3> bytes_{};
};

static_assert(is_wire_layout<Be16, 2> && is_wire_layout<Be24, 3> && is_wire_layout<Be32, 4> && is_wire_layout<Be64, 8>);

} // namespace sluice::wire
