// TCP (RFC 9293 section 3.1) and the search for the maximum segment size option (section 3.7.1).
#pragma once

#include <algorithm>
#include <span>

#include "dataplane/wire/endian.hpp"

namespace sluice::wire {

struct Tcp {
    static constexpr std::uint8_t fin = 0x01;
    static constexpr std::uint8_t syn = 0x02;
    static constexpr std::uint8_t rst = 0x04;
    static constexpr std::uint8_t psh = 0x08;
    static constexpr std::uint8_t ack = 0x10;
    static constexpr std::uint8_t urg = 0x20;
    static constexpr std::uint8_t ece = 0x40;
    static constexpr std::uint8_t cwr = 0x80;
    static constexpr unsigned data_offset_shift = 4;
    static constexpr std::size_t min_header_length = 20;
    static constexpr std::size_t max_header_length = 60;

    Be16 source;
    Be16 destination;
    Be32 sequence;
    Be32 acknowledgment;
    std::uint8_t offset_reserved;
    std::uint8_t flags;
    Be16 window;
    Be16 checksum;
    Be16 urgent;

    // In bytes, 0…60; less than min_header_length is malformed.
    constexpr std::size_t data_offset() const noexcept
    {
        return std::size_t{4} * (offset_reserved >> data_offset_shift);
    }
    // The first packet of a connection, not the answer to it.
    constexpr bool is_opening() const noexcept { return is_opening(flags); }
    static constexpr bool is_opening(std::uint8_t flags) noexcept { return (flags & (syn | ack | rst | fin)) == syn; }
};
static_assert(is_wire_layout<Tcp, Tcp::min_header_length>);

struct TcpOption {
    static constexpr std::uint8_t end = 0;
    static constexpr std::uint8_t no_operation = 1;
    static constexpr std::uint8_t maximum_segment_size = 2;
};

struct TcpMss {
    // What a peer assumes when the option is absent (RFC 9293 section 3.7.1).
    static constexpr std::uint16_t default_ipv4 = 536;
    static constexpr std::uint16_t default_ipv6 = 1220;

    std::uint8_t kind;
    std::uint8_t length;
    Be16 value;
};
static_assert(is_wire_layout<TcpMss, 4>);

inline constexpr std::size_t no_option = ~std::size_t{0};

// Where the first well-formed MSS option begins in `options`, the bytes between the 20th and data_offset(); no_option
// when there is none or the list is malformed before it. Every step moves on at least one byte of at most forty.
constexpr std::size_t mss_position(std::span<const std::uint8_t> options) noexcept
{
    const std::size_t end = std::min(options.size(), Tcp::max_header_length - Tcp::min_header_length);
    std::size_t at = 0;
    while (at < end && options[at] != TcpOption::end) {
        if (options[at] == TcpOption::no_operation) {
            ++at;
            continue;
        }
        if (at + 1 == end) break;
        const std::size_t length = options[at + 1];
        if (length < 2 || length > end - at) break;
        if (options[at] == TcpOption::maximum_segment_size && length == sizeof(TcpMss)) return at;
        at += length;
    }
    return no_option;
}

// The option itself, or nullptr. It may stand at an odd address of the segment, so that its value straddles two
// checksum words: pass the position to Delta::replace_at (checksum.hpp).
inline TcpMss* find_mss(std::span<std::uint8_t> options) noexcept
{
    const std::size_t at = mss_position(options);
    return at == no_option ? nullptr : reinterpret_cast<TcpMss*>(options.data() + at);
}

inline const TcpMss* find_mss(std::span<const std::uint8_t> options) noexcept
{
    const std::size_t at = mss_position(options);
    return at == no_option ? nullptr : reinterpret_cast<const TcpMss*>(options.data() + at);
}

} // namespace sluice::wire
