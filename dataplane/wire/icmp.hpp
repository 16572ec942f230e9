// ICMP for IPv4 (RFC 792), with the next-hop MTU of RFC 1191 section 4 and the length field of RFC 4884 section 4.
#pragma once

#include "dataplane/wire/endian.hpp"

namespace sluice::wire {

struct IcmpType {
    static constexpr std::uint8_t echo_reply = 0;
    static constexpr std::uint8_t destination_unreachable = 3;
    static constexpr std::uint8_t source_quench = 4;
    static constexpr std::uint8_t redirect = 5;
    static constexpr std::uint8_t echo_request = 8;
    static constexpr std::uint8_t time_exceeded = 11;
    static constexpr std::uint8_t parameter_problem = 12;

    // Errors carry the head of the packet they are about; no error is sent about an error (RFC 1122 section 3.2.2).
    static constexpr bool is_error(std::uint8_t type) noexcept
    {
        return type == destination_unreachable || type == source_quench || type == redirect || type == time_exceeded ||
               type == parameter_problem;
    }
    static constexpr bool is_echo(std::uint8_t type) noexcept { return type == echo_request || type == echo_reply; }
};

struct IcmpCode {
    // destination unreachable; the last one is of RFC 1812 section 5.2.7.1
    static constexpr std::uint8_t network_unreachable = 0;
    static constexpr std::uint8_t host_unreachable = 1;
    static constexpr std::uint8_t protocol_unreachable = 2;
    static constexpr std::uint8_t port_unreachable = 3;
    static constexpr std::uint8_t fragmentation_needed = 4;
    static constexpr std::uint8_t administratively_prohibited = 13;
    // time exceeded
    static constexpr std::uint8_t ttl_exceeded = 0;
    static constexpr std::uint8_t reassembly_exceeded = 1;
};

// What every message begins with.
struct Icmp {
    std::uint8_t type;
    std::uint8_t code;
    Be16 checksum;
};
static_assert(is_wire_layout<Icmp, 4>);

struct IcmpEcho {
    std::uint8_t type;
    std::uint8_t code;
    Be16 checksum;
    Be16 identifier;
    Be16 sequence;
};
static_assert(is_wire_layout<IcmpEcho, 8>);

// Any error; the packet it is about follows.
struct IcmpError {
    std::uint8_t type;
    std::uint8_t code;
    Be16 checksum;
    std::uint8_t unused;
    std::uint8_t length_words; // of the padded original datagram when extensions follow it, else 0
    Be16 next_hop_mtu;         // with fragmentation_needed only; 0 from routers older than RFC 1191
};
static_assert(is_wire_layout<IcmpError, 8>);

} // namespace sluice::wire
