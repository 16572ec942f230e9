// Workers look routes up while they change: each answer is one of the very map that was read, never of another time.
// Needs neither EAL nor huge pages; run it under ThreadSanitizer too.
#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <random>
#include <thread>

#include "dataplane/published.hpp"
#include "dataplane/table/route_table.hpp"

namespace sluice::table {
namespace {

constexpr std::uint16_t both_networks = 2; // the public one has a trie, the other one a hash
constexpr unsigned transactions = 400;

// Every prefix has the generation of its map in its value, and its own number: an answer from another time shows.
constexpr std::uint32_t value_of(std::uint32_t generation, unsigned row)
{
    return generation << 8 | row;
}

const std::array<Prefix, 8>& rows()
{
    static const auto rows = [] {
        std::array<Prefix, 8> made;
        const std::array<const char*, 8> texts{"0.0.0.0/0",   "10.0.0.0/8", "10.1.0.0/16",   "10.1.2.0/24",
                                               "10.1.2.3/32", "::/0",       "2001:db8::/32", "2001:db8:1:2::3/128"};
        std::transform(texts.begin(), texts.end(), made.begin(),
                       [](const char* text) { return Prefix::parse(text).value(); });
        return made;
    }();
    return rows;
}

// The last three rows of a family come and go: odd generations lack the longest one, every fourth the next one too.
bool is_there(std::uint32_t generation, unsigned row)
{
    if (row == 4 || row == 7) return generation % 2 == 0;
    if (row == 3 || row == 6) return generation % 4 != 3;
    return true;
}

std::uint32_t expected(std::uint32_t generation, bool v4)
{
    for (unsigned row = v4 ? 4 : 7;; --row)
        if (is_there(generation, row)) return value_of(generation, row);
}

std::unique_ptr<Snapshot> make(RouteTable& routes, std::uint32_t generation, std::mt19937& random)
{
    for (std::uint16_t network = 0; network < both_networks; ++network) {
        for (unsigned row = 0; row < rows().size(); ++row) {
            if (is_there(generation, row))
                routes.put(network, rows()[row], value_of(generation, row));
            else
                routes.remove(network, rows()[row]);
        }
    }
    for (unsigned i = 0; i < 20; ++i) { // so that nodes come, go and are used again
        const Prefix other{Ipv4Address{0x0A010000 + static_cast<std::uint32_t>(random() % 0x10000) * 0x100 + 9},
                           24 + static_cast<unsigned>(random() % 9)};
        if (other.contains(Ipv4Address{0x0A010203})) continue;
        if (random() % 2 == 0)
            routes.put(0, other, 1);
        else
            routes.remove(0, other);
    }
    for (unsigned i = 0; i < 40; ++i) { // so that the node of 10.1.2.3 is crowded, and packed again
        const auto last = static_cast<std::uint32_t>(random() % 256);
        if (last == 3) continue;
        if (random() % 8 < (generation / 100 % 2 == 0 ? 7 : 1))
            routes.put(0, {Ipv4Address{0x0A010200 + last}, 32}, static_cast<std::uint32_t>(random() % 100));
        else
            routes.remove(0, {Ipv4Address{0x0A010200 + last}, 32});
    }
    auto tables = std::make_unique<Snapshot>();
    tables->generation = generation;
    tables->routes = routes.build();
    return tables;
}

bool is_right(const Snapshot& tables)
{
    const auto generation = static_cast<std::uint32_t>(tables.generation);
    const auto v6 = rows()[7].address.v6().bytes;
    bool right = true;
    for (std::uint16_t network = 0; network < both_networks; ++network) {
        tables.routes.prefetch4(network, 0x0A010203);
        tables.routes.prefetch6(network, v6.data());
        right = right && tables.routes.find4(network, 0x0A010203) == expected(generation, true);
        right = right && tables.routes.find6(network, v6.data()) == expected(generation, false);
        const FibSlot slot4 = tables.routes.begin4(network, 0x0A010203);
        const FibSlot slot6 = tables.routes.go_on6(network, tables.routes.begin6(network, v6.data()), v6.data());
        right = right && tables.routes.end4(network, slot4, 0x0A010203) == expected(generation, true);
        right = right && tables.routes.end6(network, slot6, v6.data()) == expected(generation, false);
    }
    return right;
}

} // namespace

TEST_CASE("a worker's answers are all of the map that it reads, while routes change")
{
    RouteTable routes;
    std::mt19937 random(5);
    const std::unique_ptr<const Snapshot> first = make(routes, 0, random);
    routes.commit();
    dataplane::Published published(1, *first);
    std::atomic<bool> stop = false, right = true;
    std::atomic<std::uint64_t> bursts = 0;
    std::thread worker([&] {
        published.online(0);
        while (!stop) {
            const Snapshot& tables = published.read();
            for (unsigned i = 0; i < 64; ++i)
                if (!is_right(tables)) right = false;
            published.quiescent(0);
            ++bursts;
        }
        published.leave(0);
    });
    for (std::uint32_t generation = 1; generation <= transactions; ++generation) {
        published.replace(make(routes, generation, random));
        routes.commit();
        if (generation % 50 != 0) continue;
        static_cast<void>(make(routes, generation + 1, random)); // refused after all
        routes.discard();
    }
    stop = true;
    worker.join();
    CHECK(right);
    CHECK(bursts > transactions / 2); // the worker was there while they changed
}

} // namespace sluice::table
