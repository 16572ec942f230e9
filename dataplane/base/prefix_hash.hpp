// A hash of prefixes for flat maps: eight neighbours of one length differ in the three low bits alone.
#pragma once

#include <cstdint>

#include "dataplane/base/mix.hpp"

namespace sluice {

// `high` and `low`: the prefix's bits from the left, host bits zero; IPv4 has the first 32.
[[nodiscard]] constexpr std::uint64_t hash_of_prefix(std::uint64_t high, std::uint64_t low, unsigned length)
{
    constexpr std::uint64_t neighbors = 7;
    const unsigned host_bits = length == 0 ? 0 : length <= 64 ? 64 - length : 128 - length;
    const std::uint64_t number = (length <= 64 ? high : low) >> host_bits; // of the prefix among those of its length
    const std::uint64_t above = length <= 64 ? 0 : high;
    return (mix64(mix64(above ^ length) ^ (number & ~neighbors)) & ~neighbors) | (number & neighbors);
}

} // namespace sluice
