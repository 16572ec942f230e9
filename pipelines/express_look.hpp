// The questions that the express lane asks of bytes: is this the plain kind of IPv6 packet (IPv4: express_four)? Every
// check of the general way (pipelines/ip/parse_ip.cpp) is either made here or makes the answer "no"; nothing is
// changed.
#pragma once

#include <bit>
#include <cstring>

#if defined(__SSE4_1__)
#include <immintrin.h>
#endif

#include "dataplane/burst/family.hpp"
#include "dataplane/wire/tcp.hpp"
#include "dataplane/wire/udp.hpp"
#include "pipelines/express_item.hpp"

namespace sluice::express {

template<class Word>
[[nodiscard]] inline Word load(const void* from) noexcept
{
    Word word;
    std::memcpy(&word, from, sizeof word);
    return word;
}

template<class Word>
inline void store(void* to, Word word) noexcept
{
    std::memcpy(to, &word, sizeof word);
}

using Block [[gnu::vector_size(16)]] = std::uint64_t;

[[nodiscard, gnu::always_inline]] inline bool is_zero(Block block) noexcept
{
#if defined(__SSE4_1__)
    return _mm_testz_si128(reinterpret_cast<__m128i>(block), reinterpret_cast<__m128i>(block)) != 0;
#else
    return (block[0] | block[1]) == 0;
#endif
}

// The first eight bytes of a frame as one word: the destination's MAC address and, of the source's, the group bit,
// which is not set in a frame that we take.
inline constexpr std::uint64_t mac_bits = 0x0001'FFFF'FFFF'FFFF;

[[nodiscard]] inline std::uint64_t mac_word(const MacAddress& mac) noexcept
{
    static_assert(std::endian::native == std::endian::little);
    return load<std::uint32_t>(mac.bytes.data()) | std::uint64_t{load<std::uint16_t>(mac.bytes.data() + 4)} << 32;
}

// The transport header at `l4`, of `room` bytes with its payload: TCP in mid-stream or UDP, whole, with possible
// lengths. `seen`: an ExpressSeen as a word, that of a packet with this protocol and a session; of one that is not for
// the lane it becomes 0, of a SYN `keyed`. Precondition: `room` is at least UDP's header.
[[nodiscard, gnu::always_inline]] inline std::uint64_t
look_at_transport(std::uint64_t seen, std::uint8_t protocol, const std::uint8_t* l4, std::uint32_t room) noexcept
{
    static_assert(static_cast<int>(ExpressSeen::Lane::session) == static_cast<int>(ExpressSeen::Lane::keyed) + 1);
    if (protocol == wire::IpProtocol::tcp) {
        if (room < sizeof(wire::Tcp)) return 0;
        const auto& tcp = *reinterpret_cast<const wire::Tcp*>(l4);
        const auto header = static_cast<std::uint32_t>(tcp.data_offset());
        if (header < wire::Tcp::min_header_length || header > room) return 0;
        const std::uint64_t flags = tcp.flags;
        static_assert(wire::Tcp::syn == 1 << 1);
        return seen + (flags << ExpressSeen::tcp_flags_shift) - (flags >> 1 & 1);
    }
    if (protocol != wire::IpProtocol::udp) return 0;
    const std::uint32_t length = reinterpret_cast<const wire::Udp*>(l4)->length.host();
    return length < sizeof(wire::Udp) || length > room ? 0 : seen;
}

// No packet that is for the lane is shorter.
template<class Family>
inline constexpr std::uint32_t least = sizeof(typename Family::Header) + sizeof(wire::Udp);

// IPv6 at `ip`, of which `room` bytes are in the segment: no extension headers, hop limit above 1. The key holds when
// the answer, an ExpressSeen as a word, is known. Precondition: `room` is at least `least<V6>`.
[[nodiscard, gnu::always_inline]] inline std::uint64_t look(table::FlowKey6& key, std::uint16_t network,
                                                            const std::uint8_t* ip, std::uint32_t room) noexcept
{
    const auto& header = *reinterpret_cast<const wire::Ipv6*>(ip);
    const std::uint32_t payload = header.payload_length.host();
    const std::uint32_t total = payload + static_cast<std::uint32_t>(sizeof header);
    const bool plain = (ip[0] & 0xF0) == 0x60 && payload >= sizeof(wire::Udp) && total <= room && total <= 0xFFFF &&
                       header.hop_limit > 1;
    if (!plain) return 0;
    key.source = V6::source(header);
    key.destination = V6::destination(header);
    std::memcpy(&key.source_port, ip + sizeof header, sizeof key.source_port + sizeof key.destination_port);
    key.network = network;
    key.protocol = header.next_header;
    key.zero = 0;
    key.zero2 = 0;
    constexpr std::uint64_t seen = ExpressSeen::word(ExpressSeen::Lane::session, V6::family);
    return look_at_transport(seen | std::uint64_t{header.next_header} << ExpressSeen::protocol_shift |
                                 std::uint64_t{total} << ExpressSeen::l3_length_shift,
                             header.next_header, ip + sizeof header, payload);
}

// Addresses that a router may forward without a thought: no group, loopback, "this network" or link-local one. The
// general way has more exact words for the others.
[[nodiscard]] inline bool is_ordinary(std::uint32_t address) noexcept // in raw order
{
    static_assert(std::endian::native == std::endian::little);
    const std::uint32_t first = address & 0xFF; // the first byte in the packet
    return first - 1 < 223 && first != 127;
}

[[nodiscard]] inline bool is_ordinary(const V6::Address& address) noexcept
{
    return (address[0] & 0xE0) == 0x20 || (address[0] & 0xFE) == 0xFC; // 2000::/3 and fc00::/7
}

template<class Key>
[[nodiscard]] inline bool is_ordinary(const Key& key) noexcept
{
    return is_ordinary(key.source) && is_ordinary(key.destination);
}

} // namespace sluice::express
