// IPv6 extension headers (RFC 8200 section 4) and the bounded walk over them to the upper-layer header.
//
// The walk passes hop-by-hop, routing, fragment and destination options. Anything else ends it, also ESP and AH, which
// are upper protocols to a gateway that holds no keys. Behind the header of a fragment that is not the first there is
// only payload: the walk ends there and `protocol` is what the first fragment carries (section 4.5).
#pragma once

#include <span>
#include <tl/expected.hpp>

#include "dataplane/wire/ipv6.hpp"

namespace sluice::wire {

// The part that hop-by-hop, routing and destination options share; RFC 8200 sections 4.3, 4.4, 4.6.
struct Ipv6Extension {
    std::uint8_t next_header;
    std::uint8_t length_words; // in units of eight bytes, the first eight not counted

    constexpr std::size_t length() const noexcept { return 8 * (std::size_t{length_words} + 1); }
};
static_assert(is_wire_layout<Ipv6Extension, 2>);

// RFC 8200 section 4.4.
struct Ipv6Routing {
    Ipv6Extension extension;
    std::uint8_t type;
    std::uint8_t segments_left;
};
static_assert(is_wire_layout<Ipv6Routing, 4>);

// RFC 8200 section 4.5.
struct Ipv6Fragment {
    static constexpr std::uint16_t offset_mask = 0xFFF8;
    static constexpr std::uint16_t more_flag = 0x0001;

    std::uint8_t next_header;
    std::uint8_t reserved;
    Be16 offset_more;
    Be32 identification;

    constexpr bool more_fragments() const noexcept { return (offset_more.host() & more_flag) != 0; }
    // In bytes: the field counts units of eight and stands three bits to the left.
    constexpr std::size_t fragment_offset() const noexcept { return offset_more.host() & offset_mask; }
    // An atomic fragment, offset 0 and nothing more to come, is a whole packet (RFC 6946 section 4).
    constexpr bool is_fragment() const noexcept { return (offset_more.host() & (offset_mask | more_flag)) != 0; }
};
static_assert(is_wire_layout<Ipv6Fragment, 8>);

enum class ExtensionError : std::uint8_t {
    truncated,            // the bytes end inside an extension header
    too_many,             // more headers than the bound
    misplaced_hop_by_hop, // not directly behind the IPv6 header (RFC 8200 section 4.1)
    repeated_fragment,    // a fragment of a fragment; section 4.1: each header at most once
};

struct UpperLayer {
    std::uint8_t protocol = IpProtocol::no_next_header;
    std::uint8_t segments_left = 0;   // not 0: the address in the IPv6 header is not yet the final destination
    bool has_fragment_header = false; // also true for an atomic fragment
    bool more_fragments = false;
    std::uint16_t offset = 0;          // of the upper-layer header or payload, from the start of the walked bytes
    std::uint16_t fragment_header = 0; // where the fragment header stands, if there is one
    std::uint16_t fragment_offset = 0; // in bytes
    Be32 fragment_identification;

    constexpr bool is_fragment() const noexcept { return more_fragments || fragment_offset != 0; }
    constexpr bool is_first_fragment() const noexcept { return more_fragments && fragment_offset == 0; }
};

inline constexpr unsigned max_ipv6_extensions = 8;

namespace detail {

// Both return the length of the header at `at`, or 0 when the bytes end inside it, and set what it says in `upper`.
constexpr std::size_t take_fragment(std::span<const std::uint8_t> at, UpperLayer& upper) noexcept
{
    if (at.size() < sizeof(Ipv6Fragment)) return 0;
    const auto header = std::bit_cast<Ipv6Fragment>(
        std::array<std::uint8_t, 8>{at[0], at[1], at[2], at[3], at[4], at[5], at[6], at[7]});
    upper.protocol = header.next_header;
    upper.has_fragment_header = true;
    upper.more_fragments = header.more_fragments();
    upper.fragment_header = upper.offset;
    upper.fragment_offset = static_cast<std::uint16_t>(header.fragment_offset());
    upper.fragment_identification = header.identification;
    return sizeof(Ipv6Fragment);
}

constexpr std::size_t take_extension(std::span<const std::uint8_t> at, UpperLayer& upper) noexcept
{
    if (at.size() < sizeof(Ipv6Routing)) return 0;
    const Ipv6Extension header{at[0], at[1]};
    if (at.size() < header.length()) return 0;
    if (upper.protocol == IpProtocol::routing) upper.segments_left = at[3];
    upper.protocol = header.next_header;
    return header.length();
}

} // namespace detail

// `next_header` is that of the IPv6 header and `payload` what follows it, at most 65,535 bytes.
constexpr tl::expected<UpperLayer, ExtensionError> skip_extensions(std::uint8_t next_header,
                                                                   std::span<const std::uint8_t> payload,
                                                                   unsigned bound = max_ipv6_extensions) noexcept
{
    UpperLayer upper;
    upper.protocol = next_header;
    for (unsigned count = 0;; ++count) {
        std::size_t (*take)(std::span<const std::uint8_t>, UpperLayer&) noexcept = detail::take_extension;
        switch (upper.protocol) {
        case IpProtocol::hop_by_hop:
            if (count != 0) return tl::unexpected(ExtensionError::misplaced_hop_by_hop);
            break;
        case IpProtocol::routing:
        case IpProtocol::destination_options:
            break;
        case IpProtocol::fragment:
            if (upper.has_fragment_header) return tl::unexpected(ExtensionError::repeated_fragment);
            take = detail::take_fragment;
            break;
        default:
            return upper;
        }
        if (count == bound) return tl::unexpected(ExtensionError::too_many);
        const std::size_t length = take(payload.subspan(upper.offset), upper);
        if (length == 0) return tl::unexpected(ExtensionError::truncated);
        upper.offset = static_cast<std::uint16_t>(upper.offset + length);
        if (upper.fragment_offset != 0) return upper;
    }
}

} // namespace sluice::wire
