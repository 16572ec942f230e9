// Flows that an outsider has chosen so that CRC32C cannot tell them apart, whatever its seed: they must spread over the
// buckets like any others. CRC is linear: crc(seed, a ^ d) = crc(seed, a) ^ crc(0, d), so every difference d with
// crc(0, d) = 0 collides under every seed, and so does each sum of such differences.
#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <random>
#include <vector>

#include <rte_cycles.h>

#include "tests/unit/table/flows.hpp"

namespace sluice::table {
namespace {

constexpr std::uint32_t flows = 8'192;

std::uint32_t crc32c(std::uint32_t seed, const FlowKey4& key)
{
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&key);
    for (unsigned i = 0; i < sizeof key; ++i) {
        seed ^= bytes[i];
        for (unsigned bit = 0; bit < 8; ++bit)
            seed = seed >> 1 ^ (seed & 1 ? 0x82F63B78 : 0);
    }
    return seed;
}

// What a client chooses freely: his address and both ports.
FlowKey4 difference(std::uint64_t bits)
{
    FlowKey4 key;
    key.source = static_cast<std::uint32_t>(bits);
    key.source_port = static_cast<std::uint16_t>(bits >> 32);
    key.destination_port = static_cast<std::uint16_t>(bits >> 48);
    return key;
}

// Gauss over single bits: 64 of them have 32 bits of CRC, so at least 32 sums of them have none.
std::vector<std::uint64_t> invisible_differences()
{
    std::vector<std::uint64_t> invisible;
    std::array<std::pair<std::uint32_t, std::uint64_t>, 32> pivots{}; // by highest bit of the CRC: CRC, bits
    for (unsigned i = 0; i < 64; ++i) {
        std::uint64_t bits = std::uint64_t{1} << i;
        std::uint32_t crc = crc32c(0, difference(bits));
        while (crc != 0) {
            auto& pivot = pivots[31 - static_cast<unsigned>(std::countl_zero(crc))];
            if (pivot.first == 0) {
                pivot = {crc, bits};
                break;
            }
            crc ^= pivot.first;
            bits ^= pivot.second;
        }
        if (crc == 0) invisible.push_back(bits);
    }
    return invisible;
}

std::vector<FlowKey4> crafted()
{
    const std::vector<std::uint64_t> basis = invisible_differences();
    std::vector<FlowKey4> keys;
    for (std::uint32_t number = 0; number < flows; ++number) {
        std::uint64_t bits = 0x0035'3039'0700'A8C0;
        for (unsigned i = 0; i < 13; ++i)
            if ((number >> i & 1) != 0) bits ^= basis[i];
        keys.push_back(difference(bits));
        keys.back().destination = 0x0202'0002;
        keys.back().network = 1;
        keys.back().protocol = 17;
    }
    return keys;
}

std::vector<FlowKey4> random_keys(unsigned seed)
{
    std::mt19937_64 random(seed);
    std::vector<FlowKey4> keys;
    for (std::uint32_t i = 0; i < flows; ++i)
        keys.push_back(difference(random()));
    return keys;
}

// Most keys of one home bucket, as SessionTable places them: by the low half of the hash.
std::uint32_t longest(const SessionTable<FlowKey4>& table, const std::vector<FlowKey4>& keys)
{
    std::vector<std::uint32_t> homes(flows / 2);
    for (const FlowKey4& key : keys)
        ++homes[((table.hash(key) & 0xFFFF'FFFF) * homes.size()) >> 32];
    return *std::max_element(homes.begin(), homes.end());
}

std::uint32_t most_equal_tags(const SessionTable<FlowKey4>& table, const std::vector<FlowKey4>& keys)
{
    std::vector<std::uint32_t> tags(1U << 16);
    for (const FlowKey4& key : keys)
        ++tags[table.hash(key) >> 48];
    return *std::max_element(tags.begin(), tags.end());
}

void fill(SessionTable<FlowKey4>& table, const std::vector<FlowKey4>& keys)
{
    for (std::uint32_t i = 0; i < flows; ++i) {
        Pair<FlowKey4> pair = test::flow<FlowKey4>(i);
        pair.forward.key = keys[i];
        REQUIRE(test::insert(table, pair).result == Insert::inserted);
    }
}

// Cycles to hash and find one of them, all in turn.
double lookup_cycles(const SessionTable<FlowKey4>& table, const std::vector<FlowKey4>& keys)
{
    std::uint32_t missing = 0;
    const std::uint64_t start = rte_rdtsc();
    for (const FlowKey4& key : keys)
        missing += table.find(key, table.hash(key)) == none ? 1 : 0;
    const auto took = static_cast<double>(rte_rdtsc() - start);
    REQUIRE(missing == 0);
    return took / flows;
}

} // namespace

TEST_CASE("flows that collide under every CRC lengthen no bucket")
{
    const std::vector<FlowKey4> keys = crafted();
    for (const std::uint32_t seed : {0U, 1U, 0xFFFF'FFFFU, 0x1234'5678U}) // what the test is about
        for (const FlowKey4& key : keys)
            REQUIRE(crc32c(seed, key) == crc32c(seed, keys[0]));

    for (const Hasher::Method method : {Hasher::best_method(), Hasher::Method::siphash}) {
        for (std::uint8_t secret = 1; secret < 6; ++secret) {
            SessionTable<FlowKey4> table(flows, Hasher(Hasher::Secret{secret, 5, 6}, method));
            std::uint32_t usual = 0, usual_tags = 0;
            for (unsigned seed = 1; seed <= 20; ++seed) {
                usual = std::max(usual, longest(table, random_keys(seed)));
                usual_tags = std::max(usual_tags, most_equal_tags(table, random_keys(seed)));
            }
            CHECK(longest(table, keys) <= usual + 1); // one more than the worst of twenty is still chance
            CHECK(most_equal_tags(table, keys) <= usual_tags + 1);
            fill(table, keys);
        }
    }
}

// Prints the least of the windows, in turn; machines are too noisy to be judged by it.
TEST_CASE("flows that collide under every CRC cost what others cost", "[.][bench]")
{
    constexpr unsigned windows = 201;
    const Hasher hasher(Hasher::Secret{3, 5, 6}, Hasher::best_method());
    const std::vector<FlowKey4> chosen = crafted();
    const std::vector<FlowKey4> others = random_keys(1);
    SessionTable<FlowKey4> of_chosen(flows, hasher);
    SessionTable<FlowKey4> of_others(flows, hasher);
    fill(of_chosen, chosen);
    fill(of_others, others);
    double least_chosen = 1e9;
    double least_others = 1e9;
    for (unsigned window = 0; window < windows; ++window) {
        least_chosen = std::min(least_chosen, lookup_cycles(of_chosen, chosen));
        least_others = std::min(least_others, lookup_cycles(of_others, others));
    }
    std::printf("colliding flows: %.1f cycles each, others %.1f\n", least_chosen, least_others);
}

} // namespace sluice::table
