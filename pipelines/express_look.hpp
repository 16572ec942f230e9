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

// The sum of an IPv4 header of 20 bytes is all ones (RFC 1071 section 1).
[[nodiscard]] inline bool is_intact(const std::uint8_t* ip) noexcept
{
    std::uint64_t total = 0;
    for (unsigned at = 0; at < sizeof(wire::Ipv4); at += 4)
        total += load<std::uint32_t>(ip + at);
    return wire::is_intact(total);
}

// The transport header at `l4`, of `room` bytes with its payload: TCP in mid-stream or UDP, whole, with possible
// lengths. Fills the key's ports and the item's flags. `keyed`: the ports are there, but the packet is not for us.
template<class Key>
[[nodiscard]] inline ExpressItem::Lane look_at_transport(ExpressItem& item, Key& key, std::uint8_t protocol,
                                                         const std::uint8_t* l4, std::uint32_t room) noexcept
{
    using Lane = ExpressItem::Lane;
    item.protocol = protocol;
    std::uint8_t flags = 0;
    if (protocol == wire::IpProtocol::tcp) {
        if (room < sizeof(wire::Tcp)) return Lane::general;
        const auto& tcp = *reinterpret_cast<const wire::Tcp*>(l4);
        const std::size_t header = tcp.data_offset();
        if (header < wire::Tcp::min_header_length || header > room) return Lane::general;
        flags = tcp.flags;
    } else if (protocol == wire::IpProtocol::udp) {
        if (room < sizeof(wire::Udp)) return Lane::general;
        const std::uint16_t length = reinterpret_cast<const wire::Udp*>(l4)->length.host();
        if (length < sizeof(wire::Udp) || length > room) return Lane::general;
    } else {
        return Lane::general;
    }
    std::memcpy(&key.source_port, l4, sizeof key.source_port + sizeof key.destination_port);
    item.tcp_flags = flags;
    return (flags & wire::Tcp::syn) != 0 ? Lane::keyed : Lane::session;
}

// IPv4 at `ip`, of which `room` bytes are in the segment: no options, no fragment, TTL above 1.
[[nodiscard]] inline ExpressItem::Lane look(V4, ExpressItem& item, std::uint8_t* ip, std::uint32_t room) noexcept
{
    using Lane = ExpressItem::Lane;
    if (room < sizeof(wire::Ipv4)) return Lane::general;
    const auto& header = *reinterpret_cast<const wire::Ipv4*>(ip);
    constexpr std::uint16_t fragment_bits = wire::Be16{wire::Ipv4::more_fragments_flag | wire::Ipv4::offset_mask}.raw();
    const std::uint32_t total = header.total_length.host();
    const bool plain = header.version_length == wire::Ipv4::version_and_plain_length && total <= room &&
                       total >= sizeof(wire::Ipv4) && (header.flags_offset.raw() & fragment_bits) == 0 &&
                       header.ttl > 1 && is_intact(ip);
    if (!plain) return Lane::general;
    item.ip = ip;
    item.family = V4::family;
    item.l3_length = static_cast<std::uint16_t>(total);
    table::FlowKey4& key = item.key.v4;
    key.source = V4::source(header);
    key.destination = V4::destination(header);
    key.network = item.network;
    key.protocol = header.protocol;
    key.zero = 0;
    return look_at_transport(item, key, header.protocol, ip + sizeof header,
                             total - static_cast<std::uint32_t>(sizeof header));
}

// IPv6 at `ip`: no extension headers, hop limit above 1.
[[nodiscard]] inline ExpressItem::Lane look(V6, ExpressItem& item, std::uint8_t* ip, std::uint32_t room) noexcept
{
    using Lane = ExpressItem::Lane;
    if (room < sizeof(wire::Ipv6)) return Lane::general;
    const auto& header = *reinterpret_cast<const wire::Ipv6*>(ip);
    const std::uint32_t payload = header.payload_length.host();
    const bool plain = (ip[0] & 0xF0) == 0x60 && payload + sizeof header <= room && payload + sizeof header <= 0xFFFF &&
                       header.hop_limit > 1;
    if (!plain) return Lane::general;
    item.ip = ip;
    item.family = V6::family;
    item.l3_length = static_cast<std::uint16_t>(payload + sizeof header);
    table::FlowKey6& key = item.key.v6;
    key.source = V6::source(header);
    key.destination = V6::destination(header);
    key.network = item.network;
    key.protocol = header.next_header;
    key.zero = 0;
    key.zero2 = 0;
    return look_at_transport(item, key, header.next_header, ip + sizeof header, payload);
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
