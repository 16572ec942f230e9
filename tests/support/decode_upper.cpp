// TCP, UDP, ICMP of both families and the tunnels.
#include "tests/support/decoder.hpp"

namespace sluice::test {
namespace {

std::string flag_letters(std::uint64_t flags)
{
    std::string result;
    for (unsigned bit = 0; bit < 8; ++bit) {
        if ((flags >> bit & 1) != 0) result += "FSRPAUEC"[bit];
    }
    return result.empty() ? "none" : result;
}

} // namespace

void Decoder::by_protocol(std::uint64_t protocol)
{
    switch (protocol) {
    case 0:
    case 43:
    case 60:
        return extension(protocol);
    case 44:
        return fragment();
    case 1:
        return icmp();
    case 4:
        return ipv4();
    case 6:
        return tcp();
    case 17:
        return udp();
    case 41:
        return ipv6();
    case 58:
        return icmp6();
    default:
        return;
    }
}

Bytes Decoder::with_pseudo_header(std::uint8_t protocol, ByteSpan segment) const
{
    Bytes covered = pseudo_header(source_, destination_, protocol, segment.size());
    append(covered, segment);
    return covered;
}

void Decoder::udp()
{
    if (!open("udp", 8)) return;
    number("source", 0, 2);
    number("destination", 2, 2);
    number("length", 4, 2);
    number("checksum", 6, 2);
    const std::uint64_t port = peek(2, 2);
    const std::uint64_t length = peek(4, 2);
    const bool is_judged = !partial_ && !is_fragment_;
    if (length < 8 || (is_judged && length > left())) return fault("bad udp length");
    if (is_judged && peek(6, 2) != 0) check("udp", with_pseudo_header(17, slice(0, length)));
    if (is_judged && length < left()) fault("bytes behind the udp length");
    at_ += 8;
    if (is_judged && port == 4789) vxlan();
    if (is_judged && port == 2152) gtpu();
}

void Decoder::tcp()
{
    if (!open("tcp", partial_ ? 8 : 20)) return;
    number("source", 0, 2);
    number("destination", 2, 2);
    number("sequence", 4, 4);
    if (left() < 20) {
        at_ += 8;
        return;
    }
    value("flags", peek(13, 1), flag_letters(peek(13, 1)));
    number("acknowledgment", 8, 4);
    number("window", 14, 2);
    number("checksum", 16, 2);
    const std::size_t header = (peek(12, 1) >> 4) * 4;
    if (header < 20 || header > left()) {
        if (!partial_) fault("bad tcp data offset");
        return;
    }
    if (!partial_ && !is_fragment_) check("tcp", with_pseudo_header(6, slice(0, left())));
    tcp_options(header);
    at_ += header;
}

void Decoder::tcp_options(std::size_t end)
{
    for (std::size_t at = 20; at < end;) {
        const std::uint64_t kind = peek(at, 1);
        if (kind == 0) return;
        const std::size_t length = kind == 1 ? 1 : at + 1 < end ? peek(at + 1, 1) : 0;
        if (length == 0 || (kind != 1 && length < 2) || at + length > end) return fault("bad tcp option");
        if (kind == 2 && length == 4) number("mss", at + 2, 2);
        at += length;
    }
}

void Decoder::icmp()
{
    if (!open("icmp", 8)) return;
    number("type", 0, 1);
    number("code", 1, 1);
    const std::uint64_t type = peek(0, 1);
    if (!partial_ && !is_fragment_) check("icmp", slice(0, left()));
    if (type == 0 || type == 8) {
        number("identifier", 4, 2);
        number("sequence", 6, 2);
    }
    if (type == 3) number("mtu", 6, 2);
    at_ += 8;
    if (type != 3 && type != 4 && type != 5 && type != 11 && type != 12) return;
    result_.embedded.assign(slice(0, left()).begin(), slice(0, left()).end());
    at_ = end_;
}

void Decoder::icmp6()
{
    if (!open("icmp6", 8)) return;
    number("type", 0, 1);
    number("code", 1, 1);
    const std::uint64_t type = peek(0, 1);
    if (!partial_ && !is_fragment_) check("icmp6", with_pseudo_header(58, slice(0, left())));
    if (type == 128 || type == 129) {
        number("identifier", 4, 2);
        number("sequence", 6, 2);
    }
    if (type == 135 || type == 136) return neighbor();
    if (type < 128) number(type == 2 ? "mtu" : "parameter", 4, 4);
    at_ += 8;
    if (type >= 128) return;
    result_.embedded.assign(slice(0, left()).begin(), slice(0, left()).end());
    at_ = end_;
}

void Decoder::neighbor()
{
    if (left() < 24) return fault("truncated icmp6");
    number("flags", 4, 4);
    address("target", 8, 16);
    at_ += 24;
    while (left() >= 8) {
        const std::size_t length = 8 * peek(1, 1);
        if (length == 0 || length > left()) return fault("bad icmp6 option");
        if (peek(0, 1) == 1) mac("source_mac", 2);
        if (peek(0, 1) == 2) mac("target_mac", 2);
        at_ += length;
    }
}

void Decoder::vxlan()
{
    if (!open("vxlan", 8)) return;
    number("flags", 0, 1);
    number("vni", 4, 3);
    at_ += 8;
    ethernet();
}

void Decoder::gtpu()
{
    if (!open("gtpu", 8)) return;
    const std::uint64_t flags = peek(0, 1);
    const std::uint64_t type = peek(1, 1);
    value("flags", flags);
    value("type", type);
    number("length", 2, 2);
    number("teid", 4, 4);
    if (flags >> 5 != 1 || (flags & 0x10) == 0) return fault("bad gtpu version or protocol type");
    if (8 + peek(2, 2) != left()) fault("bad gtpu length");
    std::uint64_t extension = 0;
    if ((flags & 0x07) != 0) {
        if (left() < 12) return fault("truncated gtpu");
        if ((flags & 0x02) != 0) number("sequence", 8, 2);
        if ((flags & 0x01) != 0) number("npdu", 10, 1);
        if ((flags & 0x04) != 0) extension = peek(11, 1);
        at_ += 4;
    }
    at_ += 8;
    gtpu_extensions(extension);
    if (type == 255) ip();
}

void Decoder::gtpu_extensions(std::uint64_t type)
{
    while (type != 0) {
        if (!open("gtpu_extension", 4)) return;
        const std::size_t length = 4 * peek(0, 1);
        value("type", type);
        value("length", length);
        if (length == 0 || length > left()) return fault("bad gtpu extension length");
        type = peek(length - 1, 1);
        at_ += length;
    }
}

} // namespace sluice::test
