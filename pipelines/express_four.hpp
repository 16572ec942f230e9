// The express lane's look at IPv4, at four packets at once: the words of their headers are laid side by side, so that
// each question is asked once. For any processor: the compiler knows what it has.
#pragma once

#include "pipelines/express_look.hpp"

namespace sluice::express {

// One word of each of four packets; also four words of one.
using Four [[gnu::vector_size(16)]] = std::uint32_t;
using FourBytes [[gnu::vector_size(16)]] = std::uint8_t;
using Pair [[gnu::vector_size(16)]] = std::uint64_t;

// Four words of each packet become four vectors of one word of all, and the other way round.
[[gnu::always_inline]] inline void transpose(Four& a, Four& b, Four& c, Four& d) noexcept
{
    const Four ab_front = __builtin_shufflevector(a, b, 0, 4, 1, 5);
    const Four cd_front = __builtin_shufflevector(c, d, 0, 4, 1, 5);
    const Four ab_back = __builtin_shufflevector(a, b, 2, 6, 3, 7);
    const Four cd_back = __builtin_shufflevector(c, d, 2, 6, 3, 7);
    a = __builtin_shufflevector(ab_front, cd_front, 0, 1, 4, 5);
    b = __builtin_shufflevector(ab_front, cd_front, 2, 3, 6, 7);
    c = __builtin_shufflevector(ab_back, cd_back, 0, 1, 4, 5);
    d = __builtin_shufflevector(ab_back, cd_back, 2, 3, 6, 7);
}

// The number of 16 bits in network order that begins at byte `from` of each word.
template<unsigned from>
[[nodiscard, gnu::always_inline]] inline Four be16_at(Four words) noexcept
{
    const auto bytes = reinterpret_cast<FourBytes>(words);
    return reinterpret_cast<Four>(__builtin_shufflevector(bytes, FourBytes{}, from + 1, from, 16, 16, from + 5,
                                                          from + 4, 16, 16, from + 9, from + 8, 16, 16, from + 13,
                                                          from + 12, 16, 16));
}

// All ones where it is so.
template<class Mask>
[[nodiscard, gnu::always_inline]] inline Four mask(Mask is_so) noexcept
{
    return reinterpret_cast<Four>(is_so);
}

// Of lengths: they are less than 2^31, and compared as what the processor compares at once.
[[nodiscard, gnu::always_inline]] inline Four exceeds(Four x, Four y) noexcept
{
    using Signed [[gnu::vector_size(16)]] = std::int32_t;
    return mask(reinterpret_cast<Signed>(x) > reinterpret_cast<Signed>(y));
}

// The sum of both halves.
[[nodiscard, gnu::always_inline]] inline Four halves(Four words) noexcept
{
    return (words & 0xFFFF) + (words >> 16);
}

// Four IPv4 packets, and what is known of them.
struct FourPackets {
    std::array<ExpressItem*, 4> items;        // may be the same
    std::array<const std::uint8_t*, 4> bytes; // of each at least `least<V4>`
    Four room;                                // how many they are
    Four network;
    Four transport; // TCP's data offset and flags; anything where there is no room for TCP
};

inline constexpr std::uint32_t transport_at = sizeof(wire::Ipv4) + offsetof(wire::Tcp, offset_reserved);

// Is each the plain kind of IPv4 packet, without options, not a fragment, with a TTL above 1 and TCP in mid-stream or
// UDP, whole, with possible lengths? Writes into its item what was seen, with a session as `lane` (of a SYN `keyed`),
// or 0 where it is not for the lane; and the key, which holds in the first case.
[[gnu::always_inline]] inline void look_at_four(const FourPackets& four) noexcept
{
    static_assert(std::endian::native == std::endian::little);
    constexpr std::size_t addresses_at = offsetof(wire::Ipv4, source);
    const auto [a, b, c, d] = four.bytes;
    // Version, TOS and length; identification and fragment; TTL, protocol and checksum; source.
    Four start = load<Four>(a);
    Four identity = load<Four>(b);
    Four life = load<Four>(c);
    Four source = load<Four>(d);
    transpose(start, identity, life, source);
    // Source; destination; ports; of UDP its length and checksum.
    Four again = load<Four>(a + addresses_at);
    Four destination = load<Four>(b + addresses_at);
    Four ports = load<Four>(c + addresses_at);
    Four datagram = load<Four>(d + addresses_at);
    transpose(again, destination, ports, datagram);

    constexpr std::uint32_t fragment_bits =
        std::uint32_t{wire::Be16{wire::Ipv4::more_fragments_flag | wire::Ipv4::offset_mask}.raw()} << 16;
    const Four strange = ((start ^ wire::Ipv4::version_and_plain_length) & 0xFF) | (identity & fragment_bits);

    // RFC 1071 section 1: the one's complement sum is all ones. That of ten numbers is folded by one addition.
    const Four sum = halves(start) + halves(identity) + halves(life) + halves(source) + halves(destination);

    const Four protocol = life & 0xFF00;
    const Four is_tcp = mask(protocol == wire::IpProtocol::tcp << 8);
    const Four is_udp = mask(protocol == wire::IpProtocol::udp << 8);
    const Four total = be16_at<2>(start);
    const Four segment = total - sizeof(wire::Ipv4);
    const Four length = (is_tcp & (four.transport & 0xF0) >> 2) | (is_udp & be16_at<0>(datagram));
    const Four least = (is_tcp & wire::Tcp::min_header_length) | (is_udp & sizeof(wire::Udp));
    const Four fits = ~(exceeds(total, four.room) | exceeds(least, length) | exceeds(length, segment));
    const Four fine =
        fits & (is_tcp | is_udp) & mask(strange == 0) & mask(halves(sum) == 0xFFFF) & ~mask((life & 0xFE) == 0);

    constexpr auto session = static_cast<std::uint32_t>(ExpressSeen::word(ExpressSeen::Lane::session, V4::family));
    static_assert(static_cast<int>(ExpressSeen::Lane::session) == static_cast<int>(ExpressSeen::Lane::keyed) + 1);
    static_assert(ExpressSeen::protocol_shift == 16 && ExpressSeen::tcp_flags_shift == 24 &&
                  ExpressSeen::l3_length_shift == 32 && wire::Tcp::syn == 1 << 1);
    const Four flags = is_tcp & (four.transport >> 8 & 0xFF);
    const Four front = fine & ((session | protocol << 8 | flags << 24) - (flags >> 1 & 1));
    const Four back = fine & total;
    const auto seen_ab = reinterpret_cast<Pair>(__builtin_shufflevector(front, back, 0, 4, 1, 5));
    const auto seen_cd = reinterpret_cast<Pair>(__builtin_shufflevector(front, back, 2, 6, 3, 7));
    const auto note = [&four](unsigned i, std::uint64_t seen) {
        store(static_cast<ExpressSeen*>(four.items[i]), seen);
    };
    note(0, seen_ab[0]);
    note(1, seen_ab[1]);
    note(2, seen_cd[0]);
    note(3, seen_cd[1]);

    static_assert(offsetof(table::FlowKey4, destination) == 4 && offsetof(table::FlowKey4, source_port) == 8 &&
                  offsetof(table::FlowKey4, network) == 12 && offsetof(table::FlowKey4, protocol) == 14);
    const Four rest = four.network | protocol << 8;
    store(&four.items[0]->key.v4, __builtin_shufflevector(load<Four>(a + addresses_at), rest, 0, 1, 2, 4));
    store(&four.items[1]->key.v4, __builtin_shufflevector(load<Four>(b + addresses_at), rest, 0, 1, 2, 5));
    store(&four.items[2]->key.v4, __builtin_shufflevector(load<Four>(c + addresses_at), rest, 0, 1, 2, 6));
    store(&four.items[3]->key.v4, __builtin_shufflevector(load<Four>(d + addresses_at), rest, 0, 1, 2, 7));
}

// At packets that stand in their items.
[[gnu::always_inline]] inline void look_at_items(ExpressItem& a, ExpressItem& b, ExpressItem& c,
                                                 ExpressItem& d) noexcept
{
    const auto place = [](const ExpressItem& item) {
        return load<std::uint64_t>(static_cast<const ExpressPlace*>(&item));
    };
    const auto transport = [](const ExpressItem& item) {
        const std::uint32_t last = item.room - static_cast<std::uint32_t>(sizeof(std::uint32_t));
        return load<std::uint32_t>(item.ip + (last < transport_at ? last : transport_at));
    };
    const auto ab = reinterpret_cast<Four>(Pair{place(a), place(b)});
    const auto cd = reinterpret_cast<Four>(Pair{place(c), place(d)});
    look_at_four({.items = {{&a, &b, &c, &d}},
                  .bytes = {{a.ip, b.ip, c.ip, d.ip}},
                  .room = __builtin_shufflevector(ab, cd, 1, 3, 5, 7),
                  .network = __builtin_shufflevector(ab, cd, 0, 2, 4, 6) >> 16,
                  .transport = Four{transport(a), transport(b), transport(c), transport(d)}});
}

// At all of a list, which is filled up with its last packet to whole groups.
[[gnu::always_inline]] inline void look_at_list(ExpressLane& lane, ExpressList& list) noexcept
{
    constexpr unsigned group = 4;
    static_assert(burst_size % group == 0);
    for (unsigned i = list.count; i % group != 0; ++i)
        list.at[i] = list.at[list.count - 1];
    for (unsigned i = 0; i < list.count; i += group)
        look_at_items(lane.items[list.at[i]], lane.items[list.at[i + 1]], lane.items[list.at[i + 2]],
                      lane.items[list.at[i + 3]]);
}

} // namespace sluice::express
