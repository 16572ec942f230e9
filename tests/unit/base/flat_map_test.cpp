// The map against a plain oracle, with hashes that are good and that are not.
#include <catch2/catch.hpp>

#include <map>
#include <random>

#include "dataplane/base/flat_map.hpp"
#include "dataplane/base/mix.hpp"

namespace sluice {
namespace {

struct Mixed {
    std::size_t operator()(std::uint32_t key) const noexcept { return mix64(key); }
};
struct Counted {
    std::uint32_t key;
    static inline std::size_t comparisons = 0;
    operator std::uint32_t() const noexcept { return key; }
    friend bool operator==(Counted left, Counted right) noexcept
    {
        ++comparisons;
        return left.key == right.key;
    }
};
struct Crowded { // all chains meet, and in some maps wrap around the end
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
    for (int map = 0; map < 8; ++map)
        compare_with_oracle<Crowded>(60, 5'000);
}

TEST_CASE("what is read out of one flat map goes into another without piling up")
{
    FlatMap<Counted, unsigned, Mixed> from;
    for (std::uint32_t i = 0; i < 150'000; ++i) // the table is four sevenths full
        from.put({i}, i);
    FlatMap<Counted, std::uint64_t, Mixed> to; // another type, as it is in use
    Counted::comparisons = 0;
    from.for_each([&](const Counted& key, unsigned value) { to.put(key, value); });
    CHECK(to.size() == from.size());
    CHECK(Counted::comparisons <
          4 * from.size()); // growing included; with one order for all maps, thousands of times that
}

} // namespace sluice
