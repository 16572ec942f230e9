// RFC 791 section 3.1, RFC 9293 section 3.1.
#include "tests/bench/frame.hpp"

#include <algorithm>
#include <stdexcept>

namespace sluice::bench {
namespace {

constexpr std::size_t ipv4_length = 20;
constexpr std::size_t tcp_length = 20;
constexpr std::uint8_t tcp_number = 6;

// The pseudo-header's words may be summed behind the segment: addition does not mind the order.
std::uint16_t tcp_checksum(const Frame& frame, std::size_t tcp_at, test::ByteSpan addresses)
{
    std::array<std::uint8_t, 64> summed{};
    const std::size_t length = frame.size() - tcp_at;
    auto end = std::copy_n(frame.part(tcp_at, length).begin(), length, summed.begin());
    end = std::copy(addresses.begin(), addresses.end(), end);
    *end++ = 0;
    *end++ = tcp_number;
    *end++ = 0;
    *end++ = static_cast<std::uint8_t>(length);
    return test::reference_checksum({summed.data(), static_cast<std::size_t>(end - summed.begin())});
}

void put_tcp(Frame& frame, std::size_t at, const Tcp& tcp)
{
    frame.put(at, 2, tcp.source_port);
    frame.put(at + 2, 2, tcp.destination_port);
    frame.put(at + 4, 4, 0x01020304); // sequence
    frame.put(at + 8, 4, (tcp.flags & TcpFlags::ack) != 0 ? 0x05060708 : 0);
    frame.put(at + 12, 1, tcp_length / 4 << 4);
    frame.put(at + 13, 1, tcp.flags);
    frame.put(at + 14, 2, 0xFAF0); // window
}

} // namespace

void Frame::put(std::size_t offset, std::size_t width, std::uint64_t value)
{
    for (std::size_t i = 0; i < width; ++i)
        bytes_.at(start_ + offset + i) = static_cast<std::uint8_t>(value >> 8 * (width - 1 - i));
}

void Frame::put(std::size_t offset, test::ByteSpan bytes)
{
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes_.at(start_ + offset + i) = bytes[i];
}

Frame tcp4(const Segment4& segment)
{
    Frame frame;
    frame.append(ipv4_length + tcp_length);
    frame.put(0, 2, 0x4500);
    frame.put(2, 2, frame.size());
    frame.put(4, 4, 0x12344000); // identification, do not fragment
    frame.put(8, 1, segment.ttl);
    frame.put(9, 1, tcp_number);
    frame.put(12, 4, segment.source);
    frame.put(16, 4, segment.destination);
    frame.put(10, 2, test::reference_checksum(frame.part(0, ipv4_length)));
    put_tcp(frame, ipv4_length, segment);
    frame.put(ipv4_length + 16, 2, tcp_checksum(frame, ipv4_length, frame.part(12, 8)));
    return frame;
}

Frame on_link(Frame packet, const Link& link)
{
    const bool is_v4 = packet.bytes()[0] >> 4 == 4;
    const std::size_t tag = link.vlan != 0 ? 4 : 0;
    packet.prepend(14 + tag);
    packet.put(0, link.destination);
    packet.put(6, link.source);
    if (tag != 0) packet.put(12, 4, 0x81000000U | link.vlan);
    packet.put(12 + tag, 2, is_v4 ? 0x0800 : 0x86DD);
    return packet;
}

std::uint64_t number_at(test::ByteSpan bytes, std::size_t offset, std::size_t width)
{
    std::uint64_t value = 0;
    for (const std::uint8_t byte : bytes.subspan(offset, width))
        value = value << 8 | byte;
    return value;
}

} // namespace sluice::bench
