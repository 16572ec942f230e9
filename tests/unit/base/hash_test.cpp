// The keyed hash: both methods spread, and neither says anything without its secret.
#include <catch2/catch.hpp>

#include <algorithm>
#include <set>
#include <vector>

#include "dataplane/base/hash.hpp"

namespace sluice {
namespace {

Hasher::Secret secret(std::uint8_t first)
{
    Hasher::Secret bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::uint8_t>(first + i);
    return bytes;
}

std::vector<Hasher> methods()
{
    std::vector<Hasher> hashers{Hasher(secret(0), Hasher::Method::siphash)};
    if (Hasher::best_method() == Hasher::Method::aes) hashers.emplace_back(secret(0), Hasher::Method::aes);
    return hashers;
}

} // namespace

TEST_CASE("SipHash-1-3 gives the values of an implementation that others wrote")
{
    // Printed by CPython 3.11, whose hash of bytes is SipHash-1-3 under an all-zero key when PYTHONHASHSEED is 0.
    std::array<std::uint8_t, 48> input{};
    for (std::size_t i = 0; i < input.size(); ++i)
        input[i] = static_cast<std::uint8_t>(i);
    const Hasher hasher(Hasher::Secret{}, Hasher::Method::siphash);
    CHECK(hasher.hash16(input.data()) == 0x8972188433A5C5B7);
    CHECK(hasher.hash48(input.data()) == 0xFE1F2445BA50237F);
}

TEST_CASE("the same key under the same secret hashes alike, at any address")
{
    std::array<std::uint8_t, 64> bytes{};
    for (const Hasher& hasher : methods()) {
        for (std::size_t shift = 0; shift < 16; ++shift) {
            std::fill(bytes.begin(), bytes.end(), std::uint8_t{0x5A});
            CHECK(hasher.hash48(bytes.data() + shift) == hasher.hash48(bytes.data()));
            CHECK(hasher.hash16(bytes.data() + shift) == hasher.hash16(bytes.data()));
        }
    }
}

TEST_CASE("a key given as words hashes like its bytes")
{
    const std::array<std::uint64_t, 2> words{0x0123456789ABCDEF, 0xFEDCBA9876543210};
    for (const Hasher& hasher : methods()) {
        CHECK(hasher.hash16(words[0], words[1]) == hasher.hash16(words.data()));
        CHECK(hasher.hash16(words[1], words[0]) != hasher.hash16(words.data()));
    }
}

TEST_CASE("every bit of a key changes about half of the hash")
{
    for (const Hasher& hasher : methods()) {
        std::array<std::uint8_t, 48> key{};
        const std::uint64_t before16 = hasher.hash16(key.data());
        const std::uint64_t before48 = hasher.hash48(key.data());
        for (std::size_t bit = 0; bit < 48 * 8; ++bit) {
            key[bit / 8] = static_cast<std::uint8_t>(1U << bit % 8);
            const int changed = std::popcount(before48 ^ hasher.hash48(key.data()));
            INFO("bit " << bit << " of " << (hasher.method() == Hasher::Method::aes ? "aes" : "siphash"));
            CHECK(changed > 12);
            CHECK(changed < 52);
            if (bit < 16 * 8) CHECK(hasher.hash16(key.data()) != before16);
            if (bit >= 16 * 8) CHECK(hasher.hash16(key.data()) == before16);
            key[bit / 8] = 0;
        }
    }
}

TEST_CASE("another secret is another hash, and so is each start")
{
    const std::array<std::uint8_t, 16> key{};
    for (const auto method : {Hasher::Method::siphash, Hasher::best_method()})
        CHECK(Hasher(secret(0), method).hash16(key.data()) != Hasher(secret(1), method).hash16(key.data()));
    CHECK(Hasher::random().hash16(key.data()) != Hasher::random().hash16(key.data()));
}

TEST_CASE("keys that count up spread over buckets and tags")
{
    for (const Hasher& hasher : methods()) {
        std::vector<unsigned> buckets(256), tags(256);
        for (std::uint64_t i = 0; i < 65'536; ++i) {
            const std::array<std::uint64_t, 2> key{i, 0};
            const std::uint64_t hash = hasher(key.data());
            ++buckets[hash & 255];
            ++tags[hash >> 56];
        }
        for (const auto& counts : {buckets, tags}) {
            CHECK(*std::min_element(counts.begin(), counts.end()) > 170); // 256 on average, six deviations of 16 off
            CHECK(*std::max_element(counts.begin(), counts.end()) < 352);
        }
    }
}

} // namespace sluice
