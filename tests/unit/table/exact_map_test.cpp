// The map of fixed content, against a std::map.
#include <catch2/catch.hpp>

#include <map>
#include <random>

#include "dataplane/table/exact_map.hpp"

namespace sluice::table {
namespace {

using Map = ExactMap<std::uint32_t, std::uint32_t>;

} // namespace

TEST_CASE("an empty map has nothing")
{
    const Map map;
    CHECK(map.size() == 0);
    CHECK(map.find(0) == nullptr);
    map.for_each([](std::uint32_t, std::uint32_t) { FAIL("there is nothing to visit"); });
    CHECK(Map::Builder().build().find(7) == nullptr);
}

TEST_CASE("what was added last is what is found")
{
    Map::Builder builder;
    builder.add(0, 1); // the key that fresh memory looks like
    builder.add(7, 2);
    builder.add(7, 3);
    const Map map = builder.build();
    CHECK(map.size() == 2);
    CHECK(*map.find(0) == 1);
    CHECK(*map.find(7) == 3);
    CHECK(map.find(1) == nullptr);
}

TEST_CASE("a map holds what a std::map holds, and nothing else")
{
    std::mt19937 random(11);
    for (const std::size_t rows : {1U, 2U, 3U, 4U, 7U, 8U, 64U, 1'000U, 20'000U}) {
        std::map<std::uint32_t, std::uint32_t> expected;
        Map::Builder builder;
        for (std::size_t i = 0; i < rows; ++i) {
            // Few different keys, so that some are added again; and keys that count up, as identifiers do.
            const auto key = static_cast<std::uint32_t>(i % 2 == 0 ? i : random() % (2 * rows));
            const auto value = static_cast<std::uint32_t>(random());
            expected[key] = value;
            builder.add(key, value);
        }
        const Map map = builder.build();
        REQUIRE(map.size() == expected.size());
        for (std::uint32_t key = 0; key < 3 * rows; ++key) {
            const auto found = expected.find(key);
            const std::uint32_t* value = map.find(key);
            REQUIRE((value != nullptr) == (found != expected.end()));
            if (value != nullptr) REQUIRE(*value == found->second);
        }
        std::map<std::uint32_t, std::uint32_t> visited;
        map.for_each([&](std::uint32_t key, std::uint32_t value) { REQUIRE(visited.emplace(key, value).second); });
        REQUIRE(visited == expected);
    }
}

TEST_CASE("every byte of a long key counts")
{
    struct Key {
        std::array<std::uint8_t, 13> bytes{};
        bool operator==(const Key&) const = default;
    };
    ExactMap<Key, int>::Builder builder;
    builder.add(Key{}, -1);
    for (int i = 0; i < 13; ++i) {
        Key key;
        key.bytes[static_cast<std::size_t>(i)] = 1;
        builder.add(key, i);
    }
    const auto map = builder.build();
    REQUIRE(map.size() == 14);
    for (int i = 0; i < 13; ++i) {
        Key key;
        key.bytes[static_cast<std::size_t>(i)] = 1;
        CHECK(*map.find(key) == i);
        CHECK(mix_key(words_of(key)) != mix_key(words_of(Key{})));
    }
}

} // namespace sluice::table
