// The questions that the express lane asks of bytes: is this the plain kind of IPv4 or IPv6 packet? Every check of the
// general way (pipelines/ip/parse_ip.cpp) is either made here or makes the answer "no"; nothing is changed.
#pragma once

#include <bit>
#include <cstring>

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

// The first eight bytes of a frame as one word: the destination's MAC address and, of the source's, the group bit,
// which is not set in a frame that we take.
inline constexpr std::uint64_t mac_bits = 0x0001'FFFF'FFFF'FFFF;

[[nodiscard]] inline std::uint64_t mac_word(const MacAddress& mac) noexcept
{
    static_assert(std::endian::native == std::endian::little);
    return load<std::uint32_t>(mac.bytes.data()) | std::uint64_t{load<std::uint16_t>(mac.bytes.data() + 4)} << 32;
}

// The one's complement sum of an IPv4 header of 20 bytes is all ones (RFC 1071 section 1), so the header as a number is
// a multiple of 65,535: 2^64 leaves the rest 1, and a carry counts as one.
[[nodiscard]] inline bool is_intact(std::uint64_t first, std::uint64_t second, std::uint32_t third) noexcept
{
    std::uint64_t sum = first + second;
    sum += static_cast<std::uint64_t>(sum < second);
    sum += third;
    sum += static_cast<std::uint64_t>(sum < third);
    return sum % 0xFFFF == 0;
}

// The transport header at `l4`, of `room` bytes with its payload: TCP in mid-stream or UDP, whole, with possible
// lengths. Fills the key's ports, lane and flags. `keyed`: the ports are there, but the packet is not for us.
template<class Key>
[[gnu::always_inline]] inline void look_at_transport(ExpressSeen& seen, Key& key, const std::uint8_t* l4,
                                                     std::uint32_t room) noexcept
{
    using Lane = ExpressSeen::Lane;
    if (seen.protocol == wire::IpProtocol::tcp) {
        if (room < sizeof(wire::Tcp)) return;
        const auto& tcp = *reinterpret_cast<const wire::Tcp*>(l4);
        const std::size_t header = tcp.data_offset();
        if (header < wire::Tcp::min_header_length || header > room) return;
        seen.tcp_flags = tcp.flags;
    } else if (seen.protocol == wire::IpProtocol::udp) {
        if (room < sizeof(wire::Udp)) return;
        const std::uint16_t length = reinterpret_cast<const wire::Udp*>(l4)->length.host();
        if (length < sizeof(wire::Udp) || length > room) return;
    } else {
        return;
    }
    std::memcpy(&key.source_port, l4, sizeof key.source_port + sizeof key.destination_port);
    seen.lane = (seen.tcp_flags & wire::Tcp::syn) != 0 ? Lane::keyed : Lane::session;
}

// IPv4 at `ip`, of which `room` bytes are in the segment: no options, no fragment, TTL above 1. Fills the key when the
// answer is_known().
[[nodiscard, gnu::always_inline]] inline ExpressSeen look(V4, table::FlowKey4& key, std::uint16_t network,
                                                          const std::uint8_t* ip, std::uint32_t room) noexcept
{
    static_assert(std::endian::native == std::endian::little);
    constexpr std::uint16_t fragment_bits = wire::Be16{wire::Ipv4::more_fragments_flag | wire::Ipv4::offset_mask}.raw();
    constexpr std::uint64_t asked_bits = std::uint64_t{fragment_bits} << 48 | 0xFF;
    ExpressSeen seen;
    if (room < sizeof(wire::Ipv4)) return seen;
    const auto first = load<std::uint64_t>(ip);      // version and length, TOS, total length, identification, fragment
    const auto second = load<std::uint64_t>(ip + 8); // TTL, protocol, checksum, source
    const auto third = load<std::uint32_t>(ip + 16); // destination
    const std::uint32_t total = wire::Be16::from_raw(static_cast<std::uint16_t>(first >> 16)).host();
    const bool plain = (first & asked_bits) == wire::Ipv4::version_and_plain_length && total <= room &&
                       total >= sizeof(wire::Ipv4) && (second & 0xFF) > 1 && is_intact(first, second, third);
    if (!plain) return seen;
    seen.family = V4::family;
    seen.l3_length = static_cast<std::uint16_t>(total);
    seen.protocol = static_cast<std::uint8_t>(second >> 8);
    key.source = static_cast<std::uint32_t>(second >> 32);
    key.destination = third;
    key.network = network;
    key.protocol = seen.protocol;
    key.zero = 0;
    look_at_transport(seen, key, ip + sizeof(wire::Ipv4), total - static_cast<std::uint32_t>(sizeof(wire::Ipv4)));
    return seen;
}

// IPv6 at `ip`: no extension headers, hop limit above 1.
[[nodiscard, gnu::always_inline]] inline ExpressSeen look(V6, table::FlowKey6& key, std::uint16_t network,
                                                          const std::uint8_t* ip, std::uint32_t room) noexcept
{
    ExpressSeen seen;
    if (room < sizeof(wire::Ipv6)) return seen;
    const auto& header = *reinterpret_cast<const wire::Ipv6*>(ip);
    const std::uint32_t payload = header.payload_length.host();
    const bool plain = (ip[0] & 0xF0) == 0x60 && payload + sizeof header <= room && payload + sizeof header <= 0xFFFF &&
                       header.hop_limit > 1;
    if (!plain) return seen;
    seen.family = V6::family;
    seen.l3_length = static_cast<std::uint16_t>(payload + sizeof header);
    seen.protocol = header.next_header;
    key.source = V6::source(header);
    key.destination = V6::destination(header);
    key.network = network;
    key.protocol = seen.protocol;
    key.zero = 0;
    key.zero2 = 0;
    look_at_transport(seen, key, ip + sizeof header, payload);
    return seen;
}

// Addresses that a router may forward without a thought: no group, loopback, "this network" or link-local one. The
// general way has more exact words for the others.
[[nodiscard]] inline bool is_ordinary(const table::FlowKey4& key) noexcept
{
    const auto ordinary = [](std::uint32_t raw) {
        const std::uint32_t first = raw & 0xFF; // the first byte in the packet
        return first - 1 < 223 && first != 127;
    };
    static_assert(std::endian::native == std::endian::little);
    return ordinary(key.source) && ordinary(key.destination);
}

[[nodiscard]] inline bool is_ordinary(const table::FlowKey6& key) noexcept
{
    const auto ordinary = [](std::uint8_t first) { // 2000::/3 and fc00::/7
        return (first & 0xE0) == 0x20 || (first & 0xFE) == 0xFC;
    };
    return ordinary(key.source[0]) && ordinary(key.destination[0]);
}

} // namespace sluice::express
