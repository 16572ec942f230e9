#include "tests/unit/steering/reference.hpp"

#include <algorithm>
#include <optional>

namespace sluice::test {
namespace {

using namespace site;

// Thrown where the frame ends before what is asked for.
struct CutShort {};

class Reader {
public:
    explicit Reader(ByteSpan frame)
        : frame_(frame)
    {
    }
    [[nodiscard]] std::uint64_t number(std::size_t at, std::size_t width) const
    {
        need(at + width);
        return read_number(frame_, at, width);
    }
    [[nodiscard]] Bytes bytes(std::size_t at, std::size_t count) const
    {
        need(at + count);
        const auto first = frame_.begin() + static_cast<std::ptrdiff_t>(at);
        return {first, first + static_cast<std::ptrdiff_t>(count)};
    }
    void need(std::size_t size) const
    {
        if (size > frame_.size()) throw CutShort{};
    }

private:
    ByteSpan frame_;
};

bool is_gateways(const Bytes& address)
{
    if (address.size() == 16) return address == parse_ipv6(service6);
    if (address == parse_ipv4(hole4)) return false;
    const auto value = read_number(address, 0, 4);
    const auto first = read_number(parse_ipv4("203.0.113.64"), 0, 4);
    return (value >= first && value < first + 16) || address == parse_ipv4(service4);
}

bool opens_tunnel(const Bytes& address, std::uint64_t port, Tunnels tunnels)
{
    const Bytes vtep = tunnels == Tunnels::over4 ? parse_ipv4(kernel4) : parse_ipv6(kernel6);
    return (port == 4789 && address == vtep) || (port == 2152 && address == parse_ipv4(gtpu4));
}

std::string of_ipv4(const Reader& in, std::size_t ip, Tunnels tunnels)
{
    in.need(ip + 20);
    if (in.number(ip, 1) / 16 != 4) return "passed";
    const Bytes destination = in.bytes(ip + 16, 4);
    if (is_gateways(destination)) return "address";
    const std::size_t header = in.number(ip, 1) % 16 * 4;
    if (header < 20 || in.number(ip + 9, 1) != 17 || in.number(ip + 6, 2) % 0x2000 != 0) return "passed";
    in.need(ip + header + 8);
    return opens_tunnel(destination, in.number(ip + header + 2, 2), tunnels) ? "tunnel" : "passed";
}

std::optional<std::size_t> udp_behind(const Reader& in, std::size_t at, std::uint64_t next)
{
    for (int headers = 0; next != 17; ++headers) {
        const bool options = next == 0 || next == 43 || next == 60;
        if (headers == 6 || (!options && next != 44)) return std::nullopt;
        in.need(at + 4);
        if (next == 44 && in.number(at + 2, 2) / 8 != 0) return std::nullopt;
        const std::size_t length = next == 44 ? 8 : (in.number(at + 1, 1) + 1) * 8;
        next = in.number(at, 1);
        at += length;
    }
    return at;
}

std::string of_ipv6(const Reader& in, std::size_t ip, Tunnels tunnels)
{
    in.need(ip + 40);
    if (in.number(ip, 1) / 16 != 6) return "passed";
    const Bytes destination = in.bytes(ip + 24, 16);
    if (is_gateways(destination)) return "address";
    const auto udp = udp_behind(in, ip + 40, in.number(ip + 6, 1));
    if (!udp) return "passed";
    in.need(*udp + 8);
    return opens_tunnel(destination, in.number(*udp + 2, 2), tunnels) ? "tunnel" : "passed";
}

std::string of_group(const Reader& in, std::uint64_t type, std::size_t at)
{
    if (type != 0x86DD) return "passed";
    const bool solicitation =
        in.number(at, 1) / 16 == 6 && in.number(at + 6, 2) == 0x3AFF && in.number(at + 40, 2) == 0x8700;
    return solicitation && is_gateways(in.bytes(at + 48, 16)) ? "neighbor" : "passed";
}

std::string of_frame(const Reader& in, Tunnels tunnels)
{
    std::uint64_t type = in.number(12, 2);
    std::size_t at = 14;
    if (type == 0x8100) {
        const std::uint64_t id = in.number(14, 2) % 4096;
        type = in.number(16, 2);
        at = 18;
        if (id != 0) return id == our_vlan ? "vlan" : "passed";
    }
    const bool group = in.number(0, 1) % 2 == 1;
    if (!group && in.bytes(0, 6) != parse_mac(mac)) return "passed";
    if (type == 0x0806) {
        const bool question = in.number(at, 8) == 0x0001'0800'0604'0001;
        return question && is_gateways(in.bytes(at + 24, 4)) ? "neighbor" : "passed";
    }
    if (group) return of_group(in, type, at);
    if (type == 0x0800) return of_ipv4(in, at, tunnels);
    return type == 0x86DD ? of_ipv6(in, at, tunnels) : "passed";
}

} // namespace

std::string reference_verdict(ByteSpan frame, Tunnels tunnels)
{
    try {
        return of_frame(Reader(frame), tunnels);
    } catch (const CutShort&) {
        return "passed";
    }
}

} // namespace sluice::test
