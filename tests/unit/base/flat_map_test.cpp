// The map against a plain oracle, with hashes that are good and that are not.
#include <catch2/catch.hpp>

#include <map>
#include <random>

#include "dataplane/base/flat_map.hpp"
#include "dataplane/base/mix.hpp"
#include "dataplane/base/route_key.hpp"

namespace sluice {
namespace {

struct Mixed {
    std::size_t operator()(std::uint32_t key) const noexcept { return mix64(key); }
};
struct Crowded { // all chains meet, and wrap around the end
    std::size_t operator()(std::uint32_t key) const noexcept { return ~std::size_t{0} - key % 5; }
};

template<class Hash>
void compare_with_oracle(std::uint32_t keys, unsigned steps)
{
    std::mt19937 random(7);
    FlatMap<std::uint32_t, unsigned, Hash> map;
    std::map<std::uint32_t, unsigned> oracle;
    for (unsigned i = 0; i < steps; ++i) {
        const auto key = static_cast<std::uint32_t>(random() % keys);
        const auto known = oracle.find(key);
        const auto before = known == oracle.end() ? std::nullopt : std::optional(known->second);
        if (random() % 5 < 3) {
            REQUIRE(map.put(key, i) == before);
            oracle[key] = i;
        } else {
            REQUIRE(map.erase(key) == before);
            oracle.erase(key);
        }
        REQUIRE(map.size() == oracle.size());
    }
    std::map<std::uint32_t, unsigned> held;
    map.for_each([&](std::uint32_t key, unsigned value) { held.emplace(key, value); });
    CHECK(held == oracle);
    for (std::uint32_t key = 0; key < keys; ++key) {
        const auto known = oracle.find(key);
        const unsigned* found = map.find(key);
        REQUIRE((found == nullptr) == (known == oracle.end()));
        if (found != nullptr) REQUIRE(*found == known->second);
    }
}

} // namespace

TEST_CASE("a flat map holds what a map holds")
{
    compare_with_oracle<Mixed>(1'000, 50'000);
    compare_with_oracle<Mixed>(20, 5'000);
    compare_with_oracle<Crowded>(60, 20'000);
}

TEST_CASE("a route's key is its network and prefix, without host bits, in the order of addresses")
{
    for (const char* text : {"0.0.0.0/0", "10.1.2.0/24", "255.255.255.255/32", "::/0", "2001:db8:5::/48",
                             "2001:db8::1/128", "2001:db8:0:0:8000::/65"}) {
        const Prefix prefix = Prefix::parse(text).value();
        CHECK(RouteKey::of(7, prefix).prefix() == prefix);
    }
    CHECK(RouteKey::of(0, Prefix::parse("10.1.2.3/24").value()).prefix().text() == "10.1.2.0/24");
    CHECK(RouteKey::of(0, Prefix::parse("2001:db8::1/64").value()).prefix().text() == "2001:db8::/64");
    const auto key = [](std::uint16_t network, const char* text) {
        return RouteKey::of(network, Prefix::parse(text).value());
    };
    CHECK(key(0, "10.0.0.0/8") < key(0, "10.0.0.0/24"));
    CHECK(key(0, "10.0.0.0/24") < key(0, "10.1.0.0/16"));
    CHECK(key(0, "255.0.0.0/8") < key(0, "::/0"));
    CHECK(key(0, "::/0") < key(1, "0.0.0.0/0"));
    CHECK(key(0, "0.0.0.0/0") != key(0, "::/0"));
}

} // namespace sluice
