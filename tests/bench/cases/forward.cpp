// Plain forwarding: from the internet into the campus, no translation, longest prefix match over disjoint prefixes, so
// that the owner of each destination is known from how the table was made.
#include <array>
#include <memory>
#include <random>

#include "tests/bench/cases.hpp"
#include "tests/bench/world.hpp"

namespace sluice::bench {
namespace {

constexpr std::uint32_t first_routed = ipv4(20, 0, 0, 0); // a million prefixes end before 127.0.0.0
constexpr std::uint32_t client = ipv4(192, 0, 2, 9);

// How many of a thousand prefixes have each length: a little less /24 than in the Internet's table, nothing above /16.
constexpr std::array<std::pair<unsigned, unsigned>, 8> lengths{
    {{24, 700}, {23, 120}, {22, 100}, {21, 30}, {20, 30}, {19, 15}, {18, 4}, {16, 1}}};

struct Destination {
    std::uint32_t prefix;
    unsigned length;
    std::uint32_t address; // somewhere in it
    unsigned router;
};

unsigned random_length(std::mt19937_64& random)
{
    auto draw = static_cast<unsigned>(random() % 1'000);
    for (const auto& [length, share] : lengths) {
        if (draw < share) return length;
        draw -= share;
    }
    return lengths.front().first;
}

std::vector<Destination> destinations(std::size_t count)
{
    if (count == 1) return {{campus_first, 12, campus_first + 257, 0}}; // the example's own route
    std::mt19937_64 random(count);
    std::vector<Destination> all;
    std::uint32_t next = first_routed;
    for (std::size_t i = 0; i < count; ++i) {
        const unsigned length = random_length(random);
        const std::uint32_t size = 1U << (32 - length);
        next = (next + size - 1) / size * size;
        all.push_back({next, length, next + static_cast<std::uint32_t>(random() % size),
                       static_cast<unsigned>(random() % campus_routers)});
        next += size;
    }
    return all;
}

void configure(config::Config& config, std::size_t count)
{
    if (count == 1) return;
    for (const Destination& to : destinations(count))
        config.routes.push_back(
            {"public", {Ipv4Address{to.prefix}, to.length}, Ipv4Address{ipv4(10, 40, 0, 2 + to.router)}, "campus", 0});
}

Segment4 segment(const Destination& to)
{
    Segment4 segment;
    segment.source = client;
    segment.destination = to.address;
    segment.source_port = 50'000;
    segment.destination_port = 443;
    return segment;
}

Prepared prepare(Node&, std::size_t count)
{
    const auto to = std::make_shared<const std::vector<Destination>>(destinations(count));
    Train train(internet_port, Layout::tcp4(14));
    for (const Destination& one : *to) {
        Frame frame = on_link(tcp4(segment(one)), {our_mac(internet_port), internet_router});
        frame.pad_to(smallest_frame);
        train.add(frame);
    }
    train.shuffle(count);
    const Oracle oracle = [to](std::uint32_t flow, test::ByteSpan) -> std::optional<Expected> {
        const Destination& one = (*to)[flow];
        Segment4 left = segment(one);
        --left.ttl;
        return Expected{campus_port, on_link(tcp4(left), {campus_router(one.router), our_mac(campus_port)})};
    };
    return {std::move(train), oracle, 0};
}

} // namespace

std::vector<Case> forward_cases()
{
    return {{"ip4-forward", "flows", {1, million}, {{1, 20}, {million, 60}}, false, configure, prepare}};
}

} // namespace sluice::bench
