// The Internet checksum (RFC 1071): sums over bytes, and the whole checksums of IPv4, TCP, UDP and ICMP.
// Changing a checksum by difference is in checksum_delta.hpp.
//
// Sums are taken over native-endian words: the one's complement sum does not care about byte order as long as one is
// kept to (RFC 1071 section 2 B), so nothing is swapped. A partial sum is a 64-bit number of which only the value
// modulo 0xFFFF matters; the sum of any packet fits without care for carries.
#pragma once

#include <bit>
#include <span>

#include "dataplane/wire/ipv4.hpp"
#include "dataplane/wire/ipv6.hpp"

namespace sluice::wire {

// Of bytes that begin at an even offset of what is checked; an odd last byte is padded with zero. Add to a sum of
// what stands before only if that had even length.
constexpr std::uint64_t sum(std::span<const std::uint8_t> bytes) noexcept
{
    std::uint64_t total = 0;
    const std::size_t size = bytes.size();
    std::size_t at = 0;
    for (; at + 4 <= size; at += 4) {
        total += std::bit_cast<std::uint32_t>(
            std::array<std::uint8_t, 4>{bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]});
    }
    if (at < size) {
        std::array<std::uint8_t, 4> rest{};
        for (std::size_t i = 0; at + i < size; ++i)
            rest[i] = bytes[at + i];
        total += std::bit_cast<std::uint32_t>(rest);
    }
    return total;
}

// To 16 bits; 0 only when everything summed was 0. Added to itself with its halves swapped, a number has in its upper
// half the sum of both with the carry of the lower one, which is the end-around carry.
constexpr std::uint16_t fold(std::uint64_t total) noexcept
{
    total += std::rotl(total, 32);
    auto word = static_cast<std::uint32_t>(total >> 32);
    word += std::rotl(word, 16);
    return static_cast<std::uint16_t>(word >> 16);
}

constexpr Be16 finish(std::uint64_t total) noexcept
{
    return Be16::from_raw(static_cast<std::uint16_t>(~fold(total)));
}

// Bytes that contain their own right checksum sum up to all ones (RFC 1071 section 1).
constexpr bool is_intact(std::uint64_t total) noexcept
{
    return fold(total) == 0xFFFF;
}

// Pseudo-headers; `length` is that of the upper-layer header and data. RFC 9293 section 3.1 and RFC 768.
constexpr std::uint64_t pseudo_sum(const Ipv4& ip, std::uint8_t protocol, std::uint16_t length) noexcept
{
    return std::uint64_t{ip.source.raw()} + ip.destination.raw() + Be16{protocol}.raw() + Be16{length}.raw();
}

// RFC 8200 section 8.1. With a routing header whose segments are not used up, the destination is not yet the final one.
constexpr std::uint64_t pseudo_sum(const Ipv6& ip, std::uint8_t protocol, std::uint32_t length) noexcept
{
    return sum(ip.source) + sum(ip.destination) + Be32{length}.raw() + Be32{protocol}.raw();
}

// The following expect the checksum field itself to be zero in what they are given.

// Over the header with its options, RFC 791 section 3.1.
constexpr Be16 ipv4_checksum(std::span<const std::uint8_t> header) noexcept
{
    return finish(sum(header));
}

inline Be16 ipv4_checksum(const Ipv4& header) noexcept
{
    return ipv4_checksum({reinterpret_cast<const std::uint8_t*>(&header), sizeof header});
}

// ICMP for IPv4 has no pseudo-header (RFC 792).
constexpr Be16 icmp_checksum(std::span<const std::uint8_t> message) noexcept
{
    return finish(sum(message));
}

// TCP over either family, and ICMPv6. `segment` is less than 65,536 bytes.
template<class Ip>
constexpr Be16 upper_checksum(const Ip& ip, std::uint8_t protocol, std::span<const std::uint8_t> segment) noexcept
{
    return finish(pseudo_sum(ip, protocol, static_cast<std::uint16_t>(segment.size())) + sum(segment));
}

// UDP: a computed 0 is sent as 0xFFFF, because 0 says "not computed" (RFC 768; RFC 8200 section 8.1).
template<class Ip>
constexpr Be16 udp_checksum(const Ip& ip, std::span<const std::uint8_t> datagram) noexcept
{
    const Be16 checksum = upper_checksum(ip, IpProtocol::udp, datagram);
    return checksum == Be16{0} ? Be16{0xFFFF} : checksum;
}

// Does a segment with its checksum in place arrive unharmed? For UDP ask first whether it carries one at all.
template<class Ip>
constexpr bool upper_is_intact(const Ip& ip, std::uint8_t protocol, std::span<const std::uint8_t> segment) noexcept
{
    return is_intact(pseudo_sum(ip, protocol, static_cast<std::uint16_t>(segment.size())) + sum(segment));
}

} // namespace sluice::wire
