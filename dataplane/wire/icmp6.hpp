// ICMPv6 (RFC 4443) and neighbour discovery (RFC 4861 section 4).
#pragma once

#include <span>

#include "dataplane/wire/ethernet.hpp"
#include "dataplane/wire/ipv6.hpp"

namespace sluice::wire {

struct Icmp6Type {
    static constexpr std::uint8_t destination_unreachable = 1;
    static constexpr std::uint8_t packet_too_big = 2;
    static constexpr std::uint8_t time_exceeded = 3;
    static constexpr std::uint8_t parameter_problem = 4;
    static constexpr std::uint8_t lowest_informational = 128;
    static constexpr std::uint8_t echo_request = 128;
    static constexpr std::uint8_t echo_reply = 129;
    static constexpr std::uint8_t router_solicitation = 133;
    static constexpr std::uint8_t router_advertisement = 134;
    static constexpr std::uint8_t neighbor_solicitation = 135;
    static constexpr std::uint8_t neighbor_advertisement = 136;
    static constexpr std::uint8_t redirect = 137;

    // RFC 4443 section 2.1: the high-order bit tells errors from the rest.
    static constexpr bool is_error(std::uint8_t type) noexcept { return type < lowest_informational; }
    static constexpr bool is_echo(std::uint8_t type) noexcept { return type == echo_request || type == echo_reply; }
    static constexpr bool is_discovery(std::uint8_t type) noexcept
    {
        return type >= router_solicitation && type <= redirect;
    }
};

struct Icmp6Code {
    // destination unreachable
    static constexpr std::uint8_t no_route = 0;
    static constexpr std::uint8_t administratively_prohibited = 1;
    static constexpr std::uint8_t address_unreachable = 3;
    static constexpr std::uint8_t port_unreachable = 4;
    // time exceeded
    static constexpr std::uint8_t hop_limit_exceeded = 0;
    static constexpr std::uint8_t reassembly_exceeded = 1;
};

struct Icmp6 {
    std::uint8_t type;
    std::uint8_t code;
    Be16 checksum;
};
static_assert(is_wire_layout<Icmp6, 4>);

struct Icmp6Echo {
    std::uint8_t type;
    std::uint8_t code;
    Be16 checksum;
    Be16 identifier;
    Be16 sequence;
};
static_assert(is_wire_layout<Icmp6Echo, 8>);

// Any error; the packet it is about follows.
struct Icmp6Error {
    std::uint8_t type;
    std::uint8_t code;
    Be16 checksum;
    Be32 parameter; // the MTU in packet_too_big, the pointer in parameter_problem, else 0
};
static_assert(is_wire_layout<Icmp6Error, 8>);

// Solicitation and advertisement have one layout; the flags are the advertisement's.
struct Neighbor {
    static constexpr std::uint32_t router_flag = 0x80000000;
    static constexpr std::uint32_t solicited_flag = 0x40000000;
    static constexpr std::uint32_t override_flag = 0x20000000;
    static constexpr std::uint8_t required_hop_limit = 255; // RFC 4861 section 7.1: from this very link

    std::uint8_t type;
    std::uint8_t code;
    Be16 checksum;
    Be32 flags;
    Ipv6Bytes target;
};
static_assert(is_wire_layout<Neighbor, 24>);

// Section 4.5.
struct Redirect {
    std::uint8_t type;
    std::uint8_t code;
    Be16 checksum;
    Be32 reserved;
    Ipv6Bytes target; // the better next hop
    Ipv6Bytes destination;
};
static_assert(is_wire_layout<Redirect, 40>);

// What every message of its type has in front of its options (sections 4.1 to 4.5); `type` is a discovery's.
constexpr std::size_t discovery_length(std::uint8_t type) noexcept
{
    switch (type) {
    case Icmp6Type::router_solicitation:
        return 8;
    case Icmp6Type::router_advertisement:
        return 16;
    case Icmp6Type::redirect:
        return sizeof(Redirect);
    default:
        return sizeof(Neighbor);
    }
}

// The link-layer address options of section 4.6.1, for Ethernet.
struct NeighborOption {
    static constexpr std::uint8_t source_mac = 1;
    static constexpr std::uint8_t target_mac = 2;

    std::uint8_t kind;
    std::uint8_t length_words; // in units of eight bytes, this one counted
    MacBytes mac;
};
static_assert(is_wire_layout<NeighborOption, 8>);

// The MAC option of this kind in `options`, the bytes behind Neighbor; nullptr when there is none. An option of length
// zero makes the message invalid (section 4.6), so nothing behind it is believed.
inline const NeighborOption* find_neighbor_option(std::span<const std::uint8_t> options, std::uint8_t kind) noexcept
{
    while (options.size() >= sizeof(NeighborOption)) {
        const std::size_t length = 8 * std::size_t{options[1]};
        if (length == 0 || length > options.size()) return nullptr;
        if (options[0] == kind && length == sizeof(NeighborOption)) {
            return reinterpret_cast<const NeighborOption*>(options.data());
        }
        options = options.subspan(length);
    }
    return nullptr;
}

// Whether `options`, what follows a discovery message, are options to their end (RFC 4861 sections 6.1, 7.1 and 8.1).
inline bool are_neighbor_options(std::span<const std::uint8_t> options) noexcept
{
    while (!options.empty()) {
        const std::size_t length = options.size() < 2 ? 0 : 8 * std::size_t{options[1]};
        if (length == 0 || length > options.size()) return false;
        options = options.subspan(length);
    }
    return true;
}

// fe80::/10, RFC 4291 section 2.5.6.
constexpr bool is_link_local(const Ipv6Bytes& address) noexcept
{
    return address[0] == 0xFE && (address[1] & 0xC0) == 0x80;
}

// Where a solicitation for `target` is sent: ff02::1:ffXX:XXXX (RFC 4291 section 2.7.1).
constexpr Ipv6Bytes solicited_node(const Ipv6Bytes& target) noexcept
{
    return {0xFF, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, 0xFF, target[13], target[14], target[15]};
}

// The Ethernet group of an IPv6 multicast address (RFC 2464 section 7).
constexpr MacBytes multicast_mac(const Ipv6Bytes& group) noexcept
{
    return {0x33, 0x33, group[12], group[13], group[14], group[15]};
}

} // namespace sluice::wire
