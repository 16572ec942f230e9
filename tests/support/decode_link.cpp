// The walk itself, Ethernet, IPv4 and IPv6.
#include "tests/support/decoder.hpp"

namespace sluice::test {

Decoded Decoder::finish()
{
    if (at_ < end_)
        result_.payload.assign(bytes_.begin() + static_cast<std::ptrdiff_t>(at_),
                               bytes_.begin() + static_cast<std::ptrdiff_t>(end_));
    return std::move(result_);
}

bool Decoder::open(std::string_view name, std::size_t length)
{
    if (left() < length) {
        if (!partial_) fault("truncated " + std::string(name));
        return false;
    }
    result_.layers.push_back({std::string(name), at_, {}});
    return true;
}

void Decoder::value(std::string_view name, std::uint64_t number, std::string text)
{
    if (text.empty()) text = std::to_string(number);
    result_.layers.back().fields.push_back({std::string(name), number, std::move(text)});
}

void Decoder::number(std::string_view name, std::size_t offset, std::size_t width)
{
    value(name, peek(offset, width));
}

void Decoder::mac(std::string_view name, std::size_t offset)
{
    value(name, peek(offset, 6), mac_text(slice(offset, 6)));
}

void Decoder::address(std::string_view name, std::size_t offset, std::size_t width)
{
    value(name, 0, address_text(slice(offset, width)));
}

void Decoder::end_at(std::size_t length)
{
    if (length > left()) {
        if (!partial_) fault("shorter than its " + result_.layers.back().name + " length");
        return;
    }
    const ByteSpan behind = bytes_.subspan(at_ + length, left() - length);
    if (result_.padding.empty()) result_.padding.assign(behind.begin(), behind.end());
    end_ = at_ + length;
}

void Decoder::check(std::string_view name, ByteSpan covered)
{
    if (reference_checksum(covered) != 0) fault("bad " + std::string(name) + " checksum");
}

void Decoder::ethernet()
{
    if (!open("ethernet", 14)) return;
    mac("destination", 0);
    mac("source", 6);
    number("type", 12, 2);
    const std::uint64_t type = peek(12, 2);
    at_ += 14;
    by_ether_type(type);
}

void Decoder::vlan()
{
    if (!open("vlan", 4)) return;
    value("id", peek(0, 2) & 0xFFF);
    value("priority", peek(0, 2) >> 13);
    const std::uint64_t type = peek(2, 2);
    at_ += 4;
    by_ether_type(type);
}

void Decoder::by_ether_type(std::uint64_t type)
{
    switch (type) {
    case 0x8100:
        return vlan();
    case 0x0806:
        return arp();
    case 0x0800:
        return ipv4();
    case 0x86DD:
        return ipv6();
    default:
        return;
    }
}

void Decoder::arp()
{
    if (!open("arp", 28)) return;
    number("operation", 6, 2);
    mac("sender_mac", 8);
    address("sender", 14, 4);
    mac("target_mac", 18);
    address("target", 24, 4);
    at_ += 28;
}

void Decoder::ip()
{
    if (left() == 0) return fault("no IP header");
    return peek(0, 1) >> 4 == 6 ? ipv6() : ipv4();
}

void Decoder::ipv4()
{
    if (!open("ipv4", 20)) return;
    address("source", 12, 4);
    address("destination", 16, 4);
    number("ttl", 8, 1);
    number("protocol", 9, 1);
    number("total_length", 2, 2);
    number("traffic_class", 1, 1);
    number("identification", 4, 2);
    value("dont_fragment", peek(6, 1) >> 6 & 1);
    value("more_fragments", peek(6, 1) >> 5 & 1);
    value("fragment_offset", (peek(6, 2) & 0x1FFF) * 8);
    number("checksum", 10, 2);
    const std::size_t header = (peek(0, 1) & 0xF) * 4;
    if (peek(0, 1) >> 4 != 4 || header < 20 || header > left()) return fault("bad ipv4 version or header length");
    check("ipv4", slice(0, header));
    end_at(peek(2, 2));
    source_ = Bytes(slice(12, 4).begin(), slice(12, 4).end());
    destination_ = Bytes(slice(16, 4).begin(), slice(16, 4).end());
    is_fragment_ = (peek(6, 2) & 0x3FFF) != 0;
    const bool has_upper_header = (peek(6, 2) & 0x1FFF) == 0;
    const std::uint64_t protocol = peek(9, 1);
    if (header > left()) return fault("ipv4 total length below header length");
    at_ += header;
    if (has_upper_header) by_protocol(protocol);
}

void Decoder::ipv6()
{
    if (!open("ipv6", 40)) return;
    address("source", 8, 16);
    address("destination", 24, 16);
    value("ttl", peek(7, 1));
    value("protocol", peek(6, 1));
    value("payload_length", peek(4, 2));
    value("traffic_class", peek(0, 2) >> 4 & 0xFF);
    value("flow_label", peek(0, 4) & 0xFFFFF);
    if (peek(0, 1) >> 4 != 6) return fault("bad ipv6 version");
    end_at(40 + peek(4, 2));
    source_ = Bytes(slice(8, 16).begin(), slice(8, 16).end());
    destination_ = Bytes(slice(24, 16).begin(), slice(24, 16).end());
    is_fragment_ = false;
    const std::uint64_t protocol = peek(6, 1);
    at_ += 40;
    by_protocol(protocol);
}

void Decoder::extension(std::uint64_t protocol)
{
    if (!open("extension", 8)) return;
    value("type", protocol);
    const std::size_t length = 8 * (peek(1, 1) + 1);
    value("length", length);
    if (length > left()) return fault("truncated extension");
    const std::uint64_t next = peek(0, 1);
    at_ += length;
    by_protocol(next);
}

void Decoder::fragment()
{
    if (!open("fragment", 8)) return;
    value("offset", peek(2, 2) & 0xFFF8);
    value("more", peek(2, 2) & 1);
    number("identification", 4, 4);
    is_fragment_ = (peek(2, 2) & 0xFFF9) != 0;
    const bool has_upper_header = (peek(2, 2) & 0xFFF8) == 0;
    const std::uint64_t next = peek(0, 1);
    at_ += 8;
    if (has_upper_header) by_protocol(next);
}

} // namespace sluice::test
