// What names one direction of a flow: network and five-tuple. Written by the parser, read by the session table; a
// value. Addresses and ports keep the byte order of the packet, so that a key is made by loads alone and compares as
// whole words.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace sluice::table {

// Both keys: bytes outside the fields stay zero, for hash and comparison take the key as bytes.
struct alignas(16) FlowKey4 {
    using Address = std::uint32_t; // network order

    Address source = 0;
    Address destination = 0;
    std::uint16_t source_port = 0;      // network order; the identifier of an ICMP echo request, 0 of its reply
    std::uint16_t destination_port = 0; // the identifier of an ICMP echo reply, 0 of its request
    std::uint16_t network = 0;          // host order: a number of ours, not of the packet
    std::uint8_t protocol = 0;          // IANA protocol number
    std::uint8_t zero = 0;

    // Of such bytes, in one register: a key that is written field by field cannot be read whole for a while.
    [[nodiscard]] static FlowKey4 of_words(std::uint64_t first, std::uint64_t second)
    {
        using Block [[gnu::vector_size(16)]] = std::uint64_t;
        return std::bit_cast<FlowKey4>(Block{first, second});
    }

    // The key of an untranslated answer.
    [[nodiscard]] FlowKey4 reversed() const
    {
        constexpr std::uint64_t ports = 0xFFFF'FFFF;
        const auto [first, second] = words();
        return of_words(std::rotl(first, 32),
                        (second & ~ports) | std::rotl(static_cast<std::uint32_t>(second & ports), 16));
    }
    // Its bytes, put together from the fields.
    [[nodiscard]] std::array<std::uint64_t, 2> words() const { return words_in(network); }
    // Those of the same flow in that network.
    [[nodiscard]] std::array<std::uint64_t, 2> words_in(std::uint16_t other) const
    {
        static_assert(std::endian::native == std::endian::little);
        return {source | std::uint64_t{destination} << 32, source_port | std::uint64_t{destination_port} << 16 |
                                                               std::uint64_t{other} << 32 |
                                                               std::uint64_t{protocol} << 48};
    }
};
static_assert(sizeof(FlowKey4) == 16);

struct alignas(16) FlowKey6 {
    using Address = std::array<std::uint8_t, 16>;

    Address source{};
    Address destination{};
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;
    std::uint16_t network = 0;
    std::uint8_t protocol = 0;
    std::uint8_t zero = 0;
    std::uint64_t zero2 = 0;

    [[nodiscard]] FlowKey6 reversed() const
    {
        return {destination, source, destination_port, source_port, network, protocol, 0, 0};
    }
    [[nodiscard]] std::array<std::uint64_t, 6> words_in(std::uint16_t other) const
    {
        static_assert(std::endian::native == std::endian::little);
        const auto [from, from_end] = std::bit_cast<std::array<std::uint64_t, 2>>(source);
        const auto [to, to_end] = std::bit_cast<std::array<std::uint64_t, 2>>(destination);
        const std::uint64_t rest = source_port | std::uint64_t{destination_port} << 16 | std::uint64_t{other} << 32 |
                                   std::uint64_t{protocol} << 48;
        return {from, from_end, to, to_end, rest, 0};
    }
};
static_assert(sizeof(FlowKey6) == 48);

// Equal as bytes, 16 at a time.
template<class Key>
[[nodiscard]] inline bool same_key(const Key& left, const Key& right)
{
#if defined(__SSE2__)
    const auto* a = reinterpret_cast<const __m128i*>(&left);
    const auto* b = reinterpret_cast<const __m128i*>(&right);
    __m128i difference = _mm_setzero_si128();
    for (unsigned i = 0; i < sizeof(Key) / sizeof(__m128i); ++i)
        difference = _mm_or_si128(difference, _mm_xor_si128(_mm_load_si128(a + i), _mm_load_si128(b + i)));
    return _mm_movemask_epi8(_mm_cmpeq_epi8(difference, _mm_setzero_si128())) == 0xFFFF;
#else
    return std::memcmp(&left, &right, sizeof(Key)) == 0;
#endif
}

[[nodiscard]] inline bool operator==(const FlowKey4& left, const FlowKey4& right)
{
    return same_key(left, right);
}
[[nodiscard]] inline bool operator==(const FlowKey6& left, const FlowKey6& right)
{
    return same_key(left, right);
}

} // namespace sluice::table
