// IPv4 header without options (RFC 791 section 3.1). Options, if any, lie between these 20 bytes and header_length().
#pragma once

#include <span>

#include "dataplane/wire/endian.hpp"
#include "dataplane/wire/ip_protocol.hpp"

namespace sluice::wire {

struct Ipv4 {
    static constexpr std::uint8_t version_and_plain_length = 0x45; // version 4, five words: no options
    static constexpr std::uint8_t header_words_mask = 0x0F;
    static constexpr unsigned version_shift = 4;
    static constexpr unsigned dscp_shift = 2;     // RFC 2474 section 3
    static constexpr std::uint8_t ecn_mask = 0x3; // RFC 3168 section 5
    static constexpr std::uint16_t reserved_flag = 0x8000;
    static constexpr std::uint16_t dont_fragment_flag = 0x4000;
    static constexpr std::uint16_t more_fragments_flag = 0x2000;
    static constexpr std::uint16_t offset_mask = 0x1FFF;
    static constexpr std::size_t min_header_length = 20;
    static constexpr std::size_t max_header_length = 60;
    static constexpr std::uint16_t min_mtu = 68; // every link carries that much (RFC 791 section 3.2)

    std::uint8_t version_length;
    std::uint8_t traffic_class;
    Be16 total_length;
    Be16 identification;
    Be16 flags_offset;
    std::uint8_t ttl;
    std::uint8_t protocol;
    Be16 checksum;
    Be32 source;
    Be32 destination;

    constexpr unsigned version() const noexcept { return version_length >> version_shift; }
    // In bytes, 0…60; less than min_header_length is malformed.
    constexpr std::size_t header_length() const noexcept
    {
        return std::size_t{4} * (version_length & header_words_mask);
    }
    constexpr std::uint8_t dscp() const noexcept { return static_cast<std::uint8_t>(traffic_class >> dscp_shift); }
    constexpr std::uint8_t ecn() const noexcept { return traffic_class & ecn_mask; }
    constexpr bool dont_fragment() const noexcept { return (flags_offset.host() & dont_fragment_flag) != 0; }
    constexpr bool more_fragments() const noexcept { return (flags_offset.host() & more_fragments_flag) != 0; }
    // In bytes from the start of the original payload.
    constexpr std::size_t fragment_offset() const noexcept
    {
        return std::size_t{8} * (flags_offset.host() & offset_mask);
    }
    // True for every piece of a fragmented packet, the first included.
    constexpr bool is_fragment() const noexcept
    {
        return (flags_offset.host() & (more_fragments_flag | offset_mask)) != 0;
    }
};
static_assert(is_wire_layout<Ipv4, Ipv4::min_header_length>);

// Whether `options`, what lies between Ipv4 and header_length(), are options to their end: after kind 0 there are none,
// kind 1 stands alone, and any other says its length, kind and length counted.
constexpr bool are_ipv4_options(std::span<const std::uint8_t> options) noexcept
{
    constexpr std::uint8_t end_of_list = 0;
    constexpr std::uint8_t no_operation = 1;
    while (!options.empty() && options[0] != end_of_list) {
        std::size_t length = 1;
        if (options[0] != no_operation) length = options.size() < 2 || options[1] < 2 ? 0 : options[1];
        if (length == 0 || length > options.size()) return false;
        options = options.subspan(length);
    }
    return true;
}

} // namespace sluice::wire
