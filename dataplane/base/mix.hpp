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

} // namespace sluice
