// The layers of a Packet above IP: transport, ICMP and the tunnels.
#include <stdexcept>

#include "tests/support/packet.hpp"

namespace sluice::test {
namespace {

Bytes neighbor(unsigned type, std::uint32_t flags, std::string_view target)
{
    Bytes header = numbers({{1, type}, {1, 0}, {2, 0}, {4, flags}});
    append(header, parse_ipv6(target));
    return header;
}

unsigned tcp_flags(std::string_view letters)
{
    constexpr std::string_view order = "FSRPAUEC";
    unsigned result = 0;
    for (const char letter : letters) {
        const std::size_t bit = order.find(letter);
        if (bit == std::string_view::npos) throw std::invalid_argument("not TCP flags: " + std::string(letters));
        result |= 1U << bit;
    }
    return result;
}

} // namespace

Packet& Packet::udp(unsigned source, unsigned destination)
{
    return add(Kind::udp, numbers({{2, source}, {2, destination}, {2, 0}, {2, 0}}));
}

Packet& Packet::tcp(unsigned source, unsigned destination, std::string_view flags)
{
    return add(Kind::tcp, numbers({{2, source},
                                   {2, destination},
                                   {4, 1},
                                   {4, 0},
                                   {1, 0x50},
                                   {1, tcp_flags(flags)},
                                   {2, 64240},
                                   {2, 0},
                                   {2, 0}}));
}

Packet& Packet::mss(unsigned value)
{
    return tcp_option(numbers({{1, 2}, {1, 4}, {2, value}}));
}

Packet& Packet::tcp_option(ByteSpan option)
{
    append(last({Kind::tcp}).header, option);
    return *this;
}

Packet& Packet::sequence(unsigned value)
{
    Layer& layer = last({Kind::tcp, Kind::gtpu});
    if (layer.kind == Kind::gtpu) return grow_gtpu(0x02, 8, 2, value);
    write_number(layer.header, 4, 4, value);
    return *this;
}

Packet& Packet::acknowledge(unsigned value)
{
    write_number(last({Kind::tcp}).header, 8, 4, value);
    return *this;
}

Packet& Packet::icmp_echo(unsigned type, unsigned identifier, unsigned number)
{
    return add(Kind::icmp, numbers({{1, type}, {1, 0}, {2, 0}, {2, identifier}, {2, number}}));
}

Packet& Packet::icmp_error(unsigned type, unsigned code, unsigned mtu, ByteSpan embedded)
{
    return add(Kind::icmp, numbers({{1, type}, {1, code}, {2, 0}, {2, 0}, {2, mtu}})).payload(embedded);
}

Packet& Packet::icmp6_echo(unsigned type, unsigned identifier, unsigned number)
{
    return add(Kind::icmp6, numbers({{1, type}, {1, 0}, {2, 0}, {2, identifier}, {2, number}}));
}

Packet& Packet::icmp6_error(unsigned type, unsigned code, unsigned parameter, ByteSpan embedded)
{
    return add(Kind::icmp6, numbers({{1, type}, {1, code}, {2, 0}, {4, parameter}})).payload(embedded);
}

Packet& Packet::nd_solicit(std::string_view target, std::string_view source_mac)
{
    Bytes header = neighbor(135, 0, target);
    if (!source_mac.empty()) {
        append_number(header, 2, 0x0101);
        append(header, parse_mac(source_mac));
    }
    return add(Kind::icmp6, std::move(header));
}

Packet& Packet::nd_advertise(std::string_view target, std::string_view target_mac, std::uint32_t flags)
{
    Bytes header = neighbor(136, flags, target);
    append_number(header, 2, 0x0201);
    append(header, parse_mac(target_mac));
    return add(Kind::icmp6, std::move(header));
}

Packet& Packet::vxlan(unsigned vni)
{
    return add(Kind::vxlan, numbers({{1, 0x08}, {3, 0}, {3, vni}, {1, 0}}));
}

Packet& Packet::gtpu(std::uint32_t teid)
{
    return gtpu_message(255, teid);
}

Packet& Packet::gtpu_message(unsigned type, std::uint32_t teid)
{
    return add(Kind::gtpu, numbers({{1, 0x30}, {1, type}, {2, 0}, {4, teid}}));
}

Packet& Packet::npdu(unsigned value)
{
    return grow_gtpu(0x01, 10, 1, value);
}

// Any one of the flags brings all four optional bytes.
Packet& Packet::grow_gtpu(std::uint8_t flag, std::size_t offset, std::size_t width, unsigned value)
{
    Bytes& header = last({Kind::gtpu}).header;
    header.resize(12);
    header[0] |= flag;
    write_number(header, offset, width, value);
    return *this;
}

} // namespace sluice::test
