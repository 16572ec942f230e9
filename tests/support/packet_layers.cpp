// The layers of a Packet up to IP, extension headers and payload: each call appends one, or changes the last.
#include <algorithm>
#include <stdexcept>

#include "tests/support/packet.hpp"

namespace sluice::test {
namespace {

void pad_to_words(Bytes& bytes)
{
    while (bytes.size() % 4 != 0)
        bytes.push_back(0);
}

Bytes arp(unsigned operation, std::string_view sender_mac, std::string_view sender, std::string_view target_mac,
          std::string_view target)
{
    Bytes header = numbers({{2, 1}, {2, 0x0800}, {1, 6}, {1, 4}, {2, operation}});
    append(header, parse_mac(sender_mac));
    append(header, parse_ipv4(sender));
    append(header, parse_mac(target_mac));
    append(header, parse_ipv4(target));
    return header;
}

} // namespace

Packet& Packet::add(Kind kind, Bytes header, unsigned type)
{
    layers_.push_back({kind, std::move(header), type});
    return *this;
}

Packet::Layer& Packet::last(std::initializer_list<Kind> allowed)
{
    if (layers_.empty()) throw std::logic_error("a modifier before the first layer");
    Layer& layer = layers_.back();
    if (std::find(allowed.begin(), allowed.end(), layer.kind) == allowed.end()) {
        throw std::logic_error("the last layer does not have this field");
    }
    return layer;
}

Packet& Packet::ethernet(std::string_view destination, std::string_view source)
{
    Bytes header = parse_mac(destination);
    append(header, parse_mac(source));
    append_number(header, 2, 0);
    return add(Kind::ethernet, std::move(header));
}

Packet& Packet::vlan(unsigned id, unsigned priority)
{
    return add(Kind::vlan, numbers({{2, priority << 13 | id}, {2, 0}}));
}

Packet& Packet::arp_request(std::string_view sender_mac, std::string_view sender, std::string_view target)
{
    return add(Kind::arp, arp(1, sender_mac, sender, "00:00:00:00:00:00", target));
}

Packet& Packet::arp_reply(std::string_view sender_mac, std::string_view sender, std::string_view target_mac,
                          std::string_view target)
{
    return add(Kind::arp, arp(2, sender_mac, sender, target_mac, target));
}

Packet& Packet::ipv4(std::string_view source, std::string_view destination)
{
    Bytes header = numbers({{2, 0x4500}, {2, 0}, {2, 0}, {2, 0}, {1, 64}, {1, 0}, {2, 0}});
    append(header, parse_ipv4(source));
    append(header, parse_ipv4(destination));
    return add(Kind::ipv4, std::move(header));
}

Packet& Packet::ipv6(std::string_view source, std::string_view destination)
{
    Bytes header = numbers({{4, 0x60000000}, {2, 0}, {1, 59}, {1, 64}});
    append(header, parse_ipv6(source));
    append(header, parse_ipv6(destination));
    return add(Kind::ipv6, std::move(header));
}

Packet& Packet::ttl(unsigned value)
{
    Layer& layer = last({Kind::ipv4, Kind::ipv6});
    write_number(layer.header, layer.kind == Kind::ipv4 ? 8 : 7, 1, value);
    return *this;
}

Packet& Packet::traffic_class(unsigned value)
{
    Layer& layer = last({Kind::ipv4, Kind::ipv6});
    if (layer.kind == Kind::ipv4) {
        write_number(layer.header, 1, 1, value);
    } else {
        write_number(layer.header, 0, 4, 0x60000000 | value << 20);
    }
    return *this;
}

Packet& Packet::protocol(unsigned value)
{
    const Layer& layer = last({Kind::ipv4, Kind::ipv6, Kind::ipv6_extension});
    return poke(layer.kind == Kind::ipv4 ? 9 : layer.kind == Kind::ipv6 ? 6 : 0, 1, value);
}

Packet& Packet::identification(unsigned value)
{
    write_number(last({Kind::ipv4}).header, 4, 2, value);
    return *this;
}

Packet& Packet::dont_fragment()
{
    last({Kind::ipv4}).header[6] |= 0x40;
    return *this;
}

Packet& Packet::ipv4_options(ByteSpan options)
{
    Bytes& header = last({Kind::ipv4}).header;
    append(header, options);
    pad_to_words(header);
    return *this;
}

Packet& Packet::fragment(unsigned offset, bool more, unsigned identification)
{
    if (offset % 8 != 0) throw std::invalid_argument("a fragment's offset is a multiple of 8");
    Layer& layer = last({Kind::ipv4, Kind::ipv6, Kind::ipv6_extension});
    if (layer.kind == Kind::ipv4) {
        write_number(layer.header, 4, 4, identification << 16 | (more ? 0x2000U : 0U) | offset / 8);
        return *this;
    }
    return add(Kind::ipv6_extension, numbers({{2, 59 << 8}, {2, offset | (more ? 1U : 0U)}, {4, identification}}), 44);
}

Packet& Packet::extension(unsigned type, ByteSpan content)
{
    const Kind before = last({Kind::ipv6, Kind::ipv6_extension, Kind::gtpu, Kind::gtpu_extension}).kind;
    const bool is_ipv6 = before == Kind::ipv6 || before == Kind::ipv6_extension;
    const std::size_t unit = is_ipv6 ? 8 : 4;
    const std::size_t length = content.size() + 2;
    if (length % unit != 0) throw std::invalid_argument("an extension header fills whole units");
    if (before == Kind::gtpu) grow_gtpu(0x04, 11, 1, type);
    Bytes header = is_ipv6 ? numbers({{1, 59}, {1, length / unit - 1}}) : numbers({{1, length / unit}});
    append(header, content);
    if (!is_ipv6) header.push_back(0);
    return add(is_ipv6 ? Kind::ipv6_extension : Kind::gtpu_extension, std::move(header), type);
}

Packet& Packet::payload(std::size_t size)
{
    Bytes content(size);
    for (std::size_t i = 0; i < size; ++i)
        content[i] = static_cast<std::uint8_t>(i % 251);
    return payload(content);
}

Packet& Packet::payload(ByteSpan bytes)
{
    return add(Kind::payload, Bytes(bytes.begin(), bytes.end()));
}

Packet& Packet::payload(std::string_view text)
{
    return add(Kind::payload, Bytes(text.begin(), text.end()));
}

} // namespace sluice::test
