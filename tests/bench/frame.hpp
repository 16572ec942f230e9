// The benchmark's own idea of frames: what enters the node, and what must leave it, written from plain numbers with
// every checksum computed whole. Shares no code with dataplane/wire. A frame is built innermost header first:
//     on_link(tcp4({.source = 0xAC100001, .destination = 0xC0000201, …}), {router_mac, our_mac})
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "tests/support/bytes.hpp"

namespace sluice::bench {

class Frame {
public:
    static constexpr std::size_t headroom = 128;
    static constexpr std::size_t room = 128; // behind it

    // Room for a header in front of what is there, or behind it: zeros, to be written by `put`.
    void prepend(std::size_t bytes) { start_ -= bytes; }
    void append(std::size_t bytes) { end_ += bytes; }
    // Big-endian, at `offset` from the first byte.
    void put(std::size_t offset, std::size_t width, std::uint64_t value);
    void put(std::size_t offset, test::ByteSpan bytes);
    void pad_to(std::size_t bytes) { end_ = std::max(end_, start_ + bytes); }

    [[nodiscard]] std::size_t size() const { return end_ - start_; }
    [[nodiscard]] test::ByteSpan bytes() const { return {bytes_.data() + start_, size()}; }
    [[nodiscard]] test::ByteSpan part(std::size_t offset, std::size_t size) const
    {
        return bytes().subspan(offset, size);
    }

private:
    std::size_t start_ = headroom;
    std::size_t end_ = headroom;
    std::array<std::uint8_t, headroom + room> bytes_{};
};

using Mac = std::array<std::uint8_t, 6>;

struct Link {
    Mac destination{};
    Mac source{};
    std::uint16_t vlan = 0; // 0: untagged
};

struct Address {
    std::array<std::uint8_t, 16> bytes{};
    std::uint8_t length = 4; // or 16

    [[nodiscard]] test::ByteSpan span() const { return {bytes.data(), length}; }
};
[[nodiscard]] Address v4(std::uint32_t address);                                         // host order
[[nodiscard]] Address v6(const std::array<std::uint16_t, 8>& groups);                    // as they are written
[[nodiscard]] Address v6(const std::array<std::uint16_t, 6>& prefix, std::uint32_t low); // the last 32 bits

// Letters of RFC 9293 section 3.1 as bits.
struct TcpFlags {
    static constexpr std::uint8_t syn = 0x02;
    static constexpr std::uint8_t ack = 0x10;
};

// A TCP segment without data; numbers in host order.
struct Segment {
    Address source; // both of one family
    Address destination;
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;
    std::uint8_t flags = TcpFlags::ack;
    std::uint8_t hop_limit = 64;

    [[nodiscard]] bool is_v4() const { return source.length == 4; }
};
[[nodiscard]] Segment answer_to(Segment segment); // the other way
[[nodiscard]] Segment forwarded(Segment segment); // one hop later

// From the IP header on.
[[nodiscard]] Frame tcp(const Segment& segment);
// An IP packet becomes a frame; its version says the EtherType.
[[nodiscard]] Frame on_link(Frame packet, const Link& link);

// Outer headers as this gateway writes them, IPv4 and without a UDP checksum.
struct Vxlan {
    std::uint32_t source = 0; // VTEPs
    std::uint32_t destination = 0;
    std::uint16_t source_port = 0;
    std::uint32_t vni = 0;
    Mac inner_destination{};
    Mac inner_source{};
};
[[nodiscard]] Frame in_vxlan(Frame packet, const Vxlan& tunnel);

struct Gtpu {
    std::uint32_t source = 0;
    std::uint32_t destination = 0;
    std::uint32_t teid = 0;
};
[[nodiscard]] Frame in_gtpu(Frame packet, const Gtpu& tunnel);

// What stands in front of the (inner) IP header.
inline constexpr std::uint16_t ethernet_length = 14;
inline constexpr std::uint16_t tagged_length = 18;
inline constexpr std::uint16_t vxlan_length = 20 + 8 + 8 + 14; // behind the outer Ethernet
inline constexpr std::uint16_t gtpu_length = 20 + 8 + 8;

// The smallest frame that a NIC hands over: 64 bytes on the wire less the check sequence.
inline constexpr std::size_t smallest_frame = 60;
[[nodiscard]] Frame padded(Frame frame);

[[nodiscard]] std::uint64_t number_at(test::ByteSpan bytes, std::size_t offset, std::size_t width);

} // namespace sluice::bench
