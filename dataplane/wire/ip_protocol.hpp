// Numbers of the IPv4 protocol and IPv6 next header fields (IANA "Assigned Internet Protocol Numbers").
#pragma once

#include <cstdint>

namespace sluice::wire {

struct IpProtocol {
    static constexpr std::uint8_t hop_by_hop = 0;
    static constexpr std::uint8_t icmp = 1;
    static constexpr std::uint8_t igmp = 2;
    static constexpr std::uint8_t ipv4 = 4;
    static constexpr std::uint8_t tcp = 6;
    static constexpr std::uint8_t udp = 17;
    static constexpr std::uint8_t ipv6 = 41;
    static constexpr std::uint8_t routing = 43;
    static constexpr std::uint8_t fragment = 44;
    static constexpr std::uint8_t gre = 47;
    static constexpr std::uint8_t esp = 50;
    static constexpr std::uint8_t authentication = 51;
    static constexpr std::uint8_t icmp6 = 58;
    static constexpr std::uint8_t no_next_header = 59;
    static constexpr std::uint8_t destination_options = 60;
    static constexpr std::uint8_t sctp = 132;
};

// TTL or hop limit of the packets that the node itself makes (RFC 1700).
inline constexpr std::uint8_t own_hop_limit = 64;

} // namespace sluice::wire
