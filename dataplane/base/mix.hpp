// An unkeyed mixing function: for tables that only the operator's own state fills. Flows have hash.hpp.
#pragma once

#include <cstdint>

namespace sluice {

// Every bit of the input reaches every bit of the output (the finaliser of MurmurHash3).
[[nodiscard]] constexpr std::uint64_t mix64(std::uint64_t value)
{
    value = (value ^ (value >> 33)) * 0xff51afd7ed558ccd;
    value = (value ^ (value >> 33)) * 0xc4ceb9fe1a85ec53;
    return value ^ (value >> 33);
}

// Cheaper by half: each bit of the input reaches many of the output, enough to spread keys over a table. Not 0 for 0.
[[nodiscard]] constexpr std::uint64_t fold64(std::uint64_t value)
{
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(value ^ 0x9e3779b97f4a7c15) * 0xd6e8feb86659fd93;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

} // namespace sluice
