// A worker's wish that somebody find out the MAC address of a next hop.
#pragma once

#include <array>
#include <compare>
#include <cstdint>

namespace sluice::dataplane {

struct NeighborRequest {
    std::array<std::uint8_t, 16> address{}; // network order; IPv4 in the first four bytes
    std::uint16_t interface = 0;
    std::uint16_t length = 0; // 4 or 16

    auto operator<=>(const NeighborRequest&) const = default;
};

} // namespace sluice::dataplane
