// From layers to bytes: innermost first, each header is completed when all that lies inside it is known.
#include "tests/support/packet.hpp"

#include <stdexcept>

namespace sluice::test {

Packet& Packet::poke(std::size_t offset, std::size_t width, std::uint64_t value)
{
    if (layers_.empty()) throw std::logic_error("a modifier before the first layer");
    layers_.back().pokes.push_back({offset, width, value});
    return *this;
}

Packet& Packet::checksum(unsigned value)
{
    last({Kind::ipv4, Kind::udp, Kind::tcp, Kind::icmp, Kind::icmp6}).checksum = value;
    return *this;
}

Packet& Packet::corrupt(std::size_t offset, std::uint8_t byte)
{
    corruptions_.push_back({offset, 1, byte});
    return *this;
}

Packet& Packet::pad_to(std::size_t size)
{
    minimum_ = size;
    return *this;
}

Bytes Packet::bytes() const
{
    Bytes result;
    for (std::size_t index = layers_.size(); index-- > 0;) {
        Layer layer = layers_[index];
        if (index + 1 < layers_.size()) name_next(layer, layers_[index + 1]);
        fill_lengths(layer, result.size());
        for (const Poke& poke : layer.pokes)
            write_number(layer.header, poke.offset, poke.width, poke.value);
        result.insert(result.begin(), layer.header.begin(), layer.header.end());
        fill_checksum(index, result);
    }
    if (result.size() < minimum_) result.resize(minimum_);
    for (const Poke& corruption : corruptions_)
        write_number(result, corruption.offset, 1, corruption.value);
    return result;
}

std::optional<unsigned> Packet::ether_type(const Layer& inner)
{
    switch (inner.kind) {
    case Kind::vlan:
        return 0x8100;
    case Kind::arp:
        return 0x0806;
    case Kind::ipv4:
        return 0x0800;
    case Kind::ipv6:
        return 0x86DD;
    default:
        return std::nullopt;
    }
}

std::optional<unsigned> Packet::ip_protocol(const Layer& inner)
{
    switch (inner.kind) {
    case Kind::icmp:
        return 1;
    case Kind::ipv4:
        return 4;
    case Kind::tcp:
        return 6;
    case Kind::udp:
        return 17;
    case Kind::ipv6:
        return 41;
    case Kind::icmp6:
        return 58;
    case Kind::ipv6_extension:
        return inner.type;
    default:
        return std::nullopt;
    }
}

void Packet::name_next(Layer& layer, const Layer& inner)
{
    const auto set = [&layer](std::size_t offset, std::size_t width, std::optional<unsigned> value) {
        if (value) write_number(layer.header, offset, width, *value);
    };
    switch (layer.kind) {
    case Kind::ethernet:
        return set(12, 2, ether_type(inner));
    case Kind::vlan:
        return set(2, 2, ether_type(inner));
    case Kind::ipv4:
        return set(9, 1, ip_protocol(inner));
    case Kind::ipv6:
        return set(6, 1, ip_protocol(inner));
    case Kind::ipv6_extension:
        return set(0, 1, ip_protocol(inner));
    case Kind::gtpu_extension:
        if (inner.kind == Kind::gtpu_extension) set(layer.header.size() - 1, 1, inner.type);
        return;
    default:
        return;
    }
}

void Packet::fill_lengths(Layer& layer, std::size_t body)
{
    Bytes& header = layer.header;
    switch (layer.kind) {
    case Kind::ipv4:
        header[0] = static_cast<std::uint8_t>(0x40 | header.size() / 4);
        return write_number(header, 2, 2, header.size() + body);
    case Kind::ipv6:
        return write_number(header, 4, 2, body);
    case Kind::udp:
        return write_number(header, 4, 2, header.size() + body);
    case Kind::tcp:
        while (header.size() % 4 != 0)
            header.push_back(0);
        header[12] = static_cast<std::uint8_t>(header.size() / 4 << 4);
        return;
    case Kind::gtpu:
        return write_number(header, 2, 2, header.size() - 8 + body);
    default:
        return;
    }
}

// The pseudo-header of the nearest IP layer outside, or nothing when the packet begins without one.
Bytes Packet::before_checksum(std::size_t index, std::size_t length) const
{
    const unsigned protocol = ip_protocol(layers_[index]).value();
    for (std::size_t outer = index; outer-- > 0;) {
        const Layer& layer = layers_[outer];
        if (layer.kind != Kind::ipv4 && layer.kind != Kind::ipv6) continue;
        const std::size_t source = layer.kind == Kind::ipv4 ? 12 : 8;
        const std::size_t width = layer.kind == Kind::ipv4 ? 4 : 16;
        const ByteSpan addresses = ByteSpan(layer.header).subspan(source, 2 * width);
        return pseudo_header(addresses.first(width), addresses.last(width), static_cast<std::uint8_t>(protocol),
                             length);
    }
    return {};
}

void Packet::fill_checksum(std::size_t index, Bytes& whole) const
{
    const Layer& layer = layers_[index];
    std::size_t offset = 0;
    Bytes covered;
    switch (layer.kind) {
    case Kind::ipv4:
        offset = 10;
        append(covered, ByteSpan(whole).first(layer.header.size()));
        break;
    case Kind::icmp:
        offset = 2;
        covered = whole;
        break;
    case Kind::udp:
    case Kind::tcp:
    case Kind::icmp6:
        offset = layer.kind == Kind::udp ? 6 : layer.kind == Kind::tcp ? 16 : 2;
        covered = before_checksum(index, whole.size());
        append(covered, whole);
        break;
    default:
        return;
    }
    unsigned value = layer.checksum.value_or(reference_checksum(covered));
    if (layer.kind == Kind::udp && value == 0 && !layer.checksum) value = 0xFFFF;
    write_number(whole, offset, 2, value);
}

} // namespace sluice::test
