// What names a route of the public network: its prefix, in 24 bytes that compare and hash as words.
#pragma once

#include <compare>
#include <cstdint>
#include <tuple>

#include "dataplane/base/address.hpp"

namespace sluice {

struct RouteKey {
    std::uint64_t high = 0; // the address's bits from the left; IPv4 uses the first 32
    std::uint64_t low = 0;
    std::uint8_t length = 0;
    bool is_v6 = false;

    // Clears host bits. `prefix.length` is within its address.
    [[nodiscard]] static RouteKey of(const Prefix& prefix);
    [[nodiscard]] Prefix prefix() const;

    bool operator==(const RouteKey&) const = default;
    // IPv4 first, then by address: a prefix before those within it.
    [[nodiscard]] auto operator<=>(const RouteKey& other) const { return order() <=> other.order(); }

private:
    [[nodiscard]] std::tuple<bool, std::uint64_t, std::uint64_t, std::uint8_t> order() const
    {
        return {is_v6, high, low, length};
    }
};

} // namespace sluice
