// Keys of routes and the map of them against plain oracles.
#include <catch2/catch.hpp>

#include <map>
#include <random>

#include "dataplane/base/prefix_hash.hpp"
#include "dataplane/base/route_map.hpp"

namespace sluice {
namespace {

// Prefixes of both families that differ in few bits, so that many lie within one another.
Prefix some_prefix(std::mt19937& random)
{
    const auto below = [&](unsigned bound) { return static_cast<unsigned>(random() % bound); };
    if (below(2) == 0)
        return Prefix{Ipv4Address{0x0A000000 | below(4) << 20 | below(4) << 8 | below(2)}, below(33)}.masked();
    Ipv6Address address{{0x20, 0x01, 0x0d, 0xb8}};
    address.bytes[7] = static_cast<std::uint8_t>(below(4));
    address.bytes[15] = static_cast<std::uint8_t>(below(4));
    return Prefix{address, below(129)}.masked();
}

} // namespace

TEST_CASE("a route's key is its prefix, without host bits, and orders as prefixes do")
{
    std::mt19937 random(5);
    for (int i = 0; i < 5'000; ++i) {
        const Prefix left = some_prefix(random);
        const Prefix right = some_prefix(random);
        CHECK(RouteKey::of(left).prefix() == left);
        CHECK((RouteKey::of(left) <=> RouteKey::of(right)) == (left <=> right));
    }
    CHECK(RouteKey::of(*Prefix::parse("10.1.2.3/16")).prefix().text() == "10.1.0.0/16");
    CHECK(RouteKey::of(*Prefix::parse("2001:db8:0:1::5/100")).prefix().text() == "2001:db8:0:1::/100");
    CHECK(RouteKey::of(*Prefix::parse("255.255.255.255/0")).prefix().text() == "0.0.0.0/0");
}

TEST_CASE("a route map holds what a map of prefixes holds")
{
    std::mt19937 random(6);
    RouteMap<unsigned> map;
    std::map<RouteKey, unsigned> oracle;
    for (unsigned i = 0; i < 30'000; ++i) {
        const RouteKey key = RouteKey::of(some_prefix(random));
        const auto known = oracle.find(key);
        const auto before = known == oracle.end() ? std::nullopt : std::optional(known->second);
        const unsigned* found = map.find(key);
        REQUIRE((found == nullptr ? std::nullopt : std::optional(*found)) == before);
        if (random() % 2 == 0) {
            REQUIRE(map.put(key, i) == before);
            oracle[key] = i;
        } else {
            REQUIRE(map.erase(key) == before);
            oracle.erase(key);
        }
        REQUIRE(map.size() == oracle.size());
    }
    std::map<RouteKey, unsigned> held;
    map.for_each([&](const RouteKey& key, unsigned value) { held.emplace(key, value); });
    CHECK(held == oracle);
    CHECK(map.bytes_used() > 0);
    map.clear();
    CHECK(map.empty());
}

TEST_CASE("eight prefixes beside each other have hashes beside each other, others do not")
{
    const auto block = [](std::uint64_t hash) { return hash >> 3; };
    const auto slash24 = [](std::uint64_t number) { return hash_of_prefix(number << 40, 0, 24); };
    const auto slash48 = [](std::uint64_t number) { return hash_of_prefix(number << 16, 0, 48); };
    const auto slash100 = [](std::uint64_t number) { return hash_of_prefix(1, number << 28, 100); };
    for (std::uint64_t i = 0; i < 8; ++i) {
        CHECK(block(slash24(0x140000 + i)) == block(slash24(0x140000)));
        CHECK(block(slash48(0x20010DB80000 + i)) == block(slash48(0x20010DB80000)));
        CHECK(block(slash100(0x7F0 + i)) == block(slash100(0x7F0)));
        CHECK((slash24(0x140000 + i) & 7) == i);
    }
    CHECK(block(slash24(0x140008)) != block(slash24(0x140000)));
    CHECK(block(hash_of_prefix(0, 0, 0)) != block(hash_of_prefix(0, 0, 1)));
    CHECK(block(hash_of_prefix(1, 0, 128)) != block(hash_of_prefix(2, 0, 128)));
    CHECK(block(hash_of_prefix(1, 0, 64)) != block(hash_of_prefix(1, 1, 128)));
}

} // namespace sluice
