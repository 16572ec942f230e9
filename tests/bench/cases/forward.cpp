// Plain forwarding: from the internet into the campus, no translation, longest prefix match over disjoint prefixes, so
// that the owner of each destination is known from how the table was made.
#include <array>
#include <random>
#include <span>

#include "tests/bench/cases.hpp"
#include "tests/bench/world.hpp"

namespace sluice::bench {
namespace {

// How many of a thousand prefixes have a length, counted in the 32 bits of the address that differ between routes.
struct Share {
    unsigned length;
    unsigned per_mille;
};

// Of IPv4 all bits; roughly the Internet's table, with nothing shorter than /16, so that a million fit.
constexpr std::array<Share, 8> lengths4{
    {{24, 700}, {23, 120}, {22, 100}, {21, 30}, {20, 30}, {19, 15}, {18, 4}, {16, 1}}};
constexpr std::uint32_t first4 = ipv4(20, 0, 0, 0); // a million prefixes end before 127.0.0.0

// Of IPv6 the bits 16 to 47, behind 2001::/16: lengths /48 to /32.
constexpr std::array<Share, 7> lengths6{{{32, 800}, {31, 50}, {30, 60}, {28, 70}, {24, 15}, {20, 4}, {16, 1}}};
constexpr std::uint32_t first6 = 0x0db9'0000;
constexpr unsigned bits_before6 = 16;

struct Destination {
    std::uint32_t prefix;
    unsigned length;
    std::uint32_t address; // somewhere in it
    unsigned router;
};

unsigned random_length(std::span<const Share> lengths, std::mt19937_64& random)
{
    auto draw = static_cast<unsigned>(random() % 1'000);
    for (const Share& share : lengths) {
        if (draw < share.per_mille) return share.length;
        draw -= share.per_mille;
    }
    return lengths.front().length;
}

std::vector<Destination> destinations(std::size_t count, std::span<const Share> lengths, std::uint32_t first)
{
    std::mt19937_64 random(count);
    std::vector<Destination> all;
    std::uint32_t next = first;
    for (std::size_t i = 0; i < count; ++i) {
        const unsigned length = random_length(lengths, random);
        const auto size = static_cast<std::uint32_t>(std::uint64_t{1} << (32 - length));
        next = (next + size - 1) / size * size;
        all.push_back({next, length, next + static_cast<std::uint32_t>(random() % size),
                       static_cast<unsigned>(random() % campus_routers)});
        next += size;
    }
    return all;
}

Address address4(std::uint32_t bits)
{
    return v4(bits);
}

Address address6(std::uint32_t bits)
{
    return v6({0x2001, static_cast<std::uint16_t>(bits >> 16), static_cast<std::uint16_t>(bits), 0, 0, 0, 0, 1});
}

void configure4(config::Config& config, std::size_t count)
{
    for (const Destination& to : destinations(count, lengths4, first4))
        config.routes.push_back(
            {"public", {ip(address4(to.prefix)), to.length}, Ipv4Address{ipv4(10, 40, 0, 2 + to.router)}, "campus", 0});
}

void configure6(config::Config& config, std::size_t count)
{
    for (const Destination& to : destinations(count, lengths6, first6))
        config.routes.push_back({"public",
                                 {ip(address6(to.prefix)), bits_before6 + to.length},
                                 ip(v6({0x2001, 0xdb8, 0x40, 0, 0, 0}, 2 + to.router)),
                                 "campus",
                                 0});
}

Segment segment(const Address& from, const Address& to)
{
    Segment segment;
    segment.source = from;
    segment.destination = to;
    segment.source_port = 50'000;
    segment.destination_port = 443;
    return segment;
}

Prepared timed(const Layout& layout, const std::vector<Destination>& to,
               const std::function<Segment(std::uint32_t)>& packet)
{
    Train train(internet_port, layout);
    for (const Destination& one : to)
        train.add(padded(on_link(tcp(packet(one.address)), {our_mac(internet_port), internet_router})));
    train.shuffle(to.size());
    const Oracle oracle = [to, packet](std::uint32_t flow, test::ByteSpan) -> std::optional<Expected> {
        const Link link{campus_router(to[flow].router), our_mac(campus_port)};
        return Expected{campus_port, on_link(tcp(forwarded(packet(to[flow].address))), link)};
    };
    return {std::move(train), oracle, 0};
}

Prepared prepare4(Node&, std::size_t count)
{
    return timed(Layout::tcp4(ethernet_length), destinations(count, lengths4, first4),
                 [](std::uint32_t bits) { return segment(v4(internet_first), address4(bits)); });
}

Prepared prepare6(Node&, std::size_t count)
{
    return timed(Layout::tcp6(ethernet_length, bits_before6 / 8), destinations(count, lengths6, first6),
                 [](std::uint32_t bits) { return segment(v6(internet_prefix6, 1), address6(bits)); });
}

} // namespace

std::vector<Case> forward_cases()
{
    return {{"ip4-forward", "flows", {1, million}, {{1, 20}, {million, 60}}, configure4, prepare4},
            {"ip6-forward", "flows", {1, million}, {{1, 32}, {million, 72}}, configure6, prepare6}};
}

} // namespace sluice::bench
