// FNV-1a, 64 bits: draft-eastlake-fnv section 2 and its parameters in section 5.
#include "config/digest.hpp"

#include <cstdint>

namespace sluice::config {

std::string digest(std::string_view bytes)
{
    constexpr std::uint64_t offset_basis = 0xcbf2'9ce4'8422'2325;
    constexpr std::uint64_t prime = 0x0000'0100'0000'01b3;
    constexpr std::string_view hexadecimal = "0123456789abcdef";
    std::uint64_t hash = offset_basis;
    for (const char byte : bytes)
        hash = (hash ^ static_cast<unsigned char>(byte)) * prime;
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4)
        text += hexadecimal[(hash >> shift) & 15];
    return text;
}

} // namespace sluice::config
