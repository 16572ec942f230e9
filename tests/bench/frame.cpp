// RFC 791 section 3.1, RFC 8200 section 3, RFC 9293 section 3.1, RFC 768, RFC 7348 section 5, TS 29.281 section 5.1.
#include "tests/bench/frame.hpp"

#include <algorithm>
#include <utility>

namespace sluice::bench {
namespace {

constexpr std::size_t ipv4_length = 20;
constexpr std::size_t ipv6_length = 40;
constexpr std::size_t tcp_length = 20;
constexpr std::uint8_t tcp_number = 6;
constexpr std::uint8_t udp_number = 17;
constexpr std::uint16_t vxlan_port = 4'789;
constexpr std::uint16_t gtpu_port = 2'152;

void put_tcp(Frame& frame, std::size_t at, const Segment& segment)
{
    frame.put(at, 2, segment.source_port);
    frame.put(at + 2, 2, segment.destination_port);
    frame.put(at + 4, 4, 0x01020304); // sequence
    frame.put(at + 8, 4, (segment.flags & TcpFlags::ack) != 0 ? 0x05060708 : 0);
    frame.put(at + 12, 1, tcp_length / 4 << 4);
    frame.put(at + 13, 1, segment.flags);
    frame.put(at + 14, 2, 0xFAF0); // window
}

// The pseudo-header's words may be summed behind the segment: addition does not mind the order.
std::uint16_t tcp_checksum(const Frame& frame, std::size_t at, const Segment& segment)
{
    std::array<std::uint8_t, tcp_length + 2 * 16 + 4> summed{};
    auto end = std::ranges::copy(frame.part(at, tcp_length), summed.begin()).out;
    end = std::ranges::copy(segment.source.span(), end).out;
    end = std::ranges::copy(segment.destination.span(), end).out;
    *end++ = 0;
    *end++ = tcp_number;
    *end++ = 0;
    *end++ = tcp_length;
    return test::reference_checksum({summed.data(), static_cast<std::size_t>(end - summed.begin())});
}

void put_ipv4(Frame& frame, std::uint16_t identification, std::uint8_t ttl, std::uint8_t protocol,
              const Address& source, const Address& destination)
{
    frame.put(0, 2, 0x4500);
    frame.put(2, 2, frame.size());
    frame.put(4, 2, identification);
    frame.put(6, 2, 0x4000); // do not fragment
    frame.put(8, 1, ttl);
    frame.put(9, 1, protocol);
    frame.put(12, source.span());
    frame.put(16, destination.span());
    frame.put(10, 2, test::reference_checksum(frame.part(0, ipv4_length)));
}

void put_ipv6(Frame& frame, const Segment& segment)
{
    frame.put(0, 4, 0x60000000);
    frame.put(4, 2, frame.size() - ipv6_length);
    frame.put(6, 1, tcp_number);
    frame.put(7, 1, segment.hop_limit);
    frame.put(8, segment.source.span());
    frame.put(24, segment.destination.span());
}

void put_outer(Frame& frame, std::uint32_t source, std::uint32_t destination, std::uint16_t source_port,
               std::uint16_t destination_port)
{
    frame.prepend(8);
    frame.put(0, 2, source_port);
    frame.put(2, 2, destination_port);
    frame.put(4, 2, frame.size());
    frame.put(6, 2, 0);
    frame.prepend(ipv4_length);
    put_ipv4(frame, 0, 64, udp_number, v4(source), v4(destination));
}

std::uint16_t ether_type(const Frame& packet)
{
    return packet.bytes()[0] >> 4 == 4 ? 0x0800 : 0x86DD;
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

Address v4(std::uint32_t address)
{
    Address made;
    for (std::size_t i = 0; i < 4; ++i)
        made.bytes[i] = static_cast<std::uint8_t>(address >> (24 - 8 * i));
    return made;
}

Address v6(const std::array<std::uint16_t, 8>& groups)
{
    Address made;
    made.length = 16;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        made.bytes[2 * i] = static_cast<std::uint8_t>(groups[i] >> 8);
        made.bytes[2 * i + 1] = static_cast<std::uint8_t>(groups[i]);
    }
    return made;
}

Address v6(const std::array<std::uint16_t, 6>& prefix, std::uint32_t low)
{
    return v6({prefix[0], prefix[1], prefix[2], prefix[3], prefix[4], prefix[5], static_cast<std::uint16_t>(low >> 16),
               static_cast<std::uint16_t>(low)});
}

Segment answer_to(Segment segment)
{
    std::swap(segment.source, segment.destination);
    std::swap(segment.source_port, segment.destination_port);
    return segment;
}

Segment forwarded(Segment segment)
{
    --segment.hop_limit;
    return segment;
}

Frame tcp(const Segment& segment)
{
    Frame frame;
    const std::size_t ip = segment.is_v4() ? ipv4_length : ipv6_length;
    frame.append(ip + tcp_length);
    if (segment.is_v4())
        put_ipv4(frame, 0x1234, segment.hop_limit, tcp_number, segment.source, segment.destination);
    else
        put_ipv6(frame, segment);
    put_tcp(frame, ip, segment);
    frame.put(ip + 16, 2, tcp_checksum(frame, ip, segment));
    return frame;
}

Frame on_link(Frame packet, const Link& link)
{
    const std::uint16_t type = ether_type(packet);
    const std::size_t tag = link.vlan != 0 ? 4 : 0;
    packet.prepend(ethernet_length + tag);
    packet.put(0, link.destination);
    packet.put(6, link.source);
    if (tag != 0) packet.put(12, 4, 0x81000000U | link.vlan);
    packet.put(12 + tag, 2, type);
    return packet;
}

Frame in_vxlan(Frame packet, const Vxlan& tunnel)
{
    packet = on_link(packet, {tunnel.inner_destination, tunnel.inner_source});
    packet.prepend(8);
    packet.put(0, 4, 0x08000000);
    packet.put(4, 4, tunnel.vni << 8);
    put_outer(packet, tunnel.source, tunnel.destination, tunnel.source_port, vxlan_port);
    return packet;
}

Frame in_gtpu(Frame packet, const Gtpu& tunnel)
{
    const std::size_t length = packet.size();
    packet.prepend(8);
    packet.put(0, 2, 0x30FF); // version 1, GTP; G-PDU
    packet.put(2, 2, length);
    packet.put(4, 4, tunnel.teid);
    put_outer(packet, tunnel.source, tunnel.destination, gtpu_port, gtpu_port);
    return packet;
}

Frame padded(Frame frame)
{
    frame.pad_to(smallest_frame);
    return frame;
}

std::uint64_t number_at(test::ByteSpan bytes, std::size_t offset, std::size_t width)
{
    std::uint64_t value = 0;
    for (const std::uint8_t byte : bytes.subspan(offset, width))
        value = value << 8 | byte;
    return value;
}

} // namespace sluice::bench
