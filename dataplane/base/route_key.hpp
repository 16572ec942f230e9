// What names a route: network and prefix, in 24 bytes that compare and hash as words, for tables of a million.
#pragma once

#include <compare>
#include <cstdint>
#include <tuple>

#include "dataplane/base/address.hpp"
#include "dataplane/base/mix.hpp"

namespace sluice {

struct RouteKey {
    std::uint64_t high = 0; // the address's bits from the left; IPv4 uses the first 32
    std::uint64_t low = 0;
    std::uint16_t network = 0;
    std::uint8_t length = 0;
    bool is_v6 = false;

    // Clears host bits. `prefix.length` is within its address.
    [[nodiscard]] static RouteKey of(std::uint16_t network, const Prefix& prefix);
    [[nodiscard]] Prefix prefix() const;

    bool operator==(const RouteKey&) const = default;
    // By network, IPv4 first, then by address: a prefix before those within it.
    [[nodiscard]] auto operator<=>(const RouteKey& other) const { return order() <=> other.order(); }

    struct Hash {
        [[nodiscard]] std::size_t operator()(const RouteKey& key) const noexcept
        {
            const std::uint64_t rest = std::uint64_t{key.network} << 16 | std::uint64_t{key.length} << 1 | key.is_v6;
            return mix64(mix64(key.high ^ rest) ^ key.low);
        }
    };

private:
    [[nodiscard]] std::tuple<std::uint16_t, bool, std::uint64_t, std::uint64_t, std::uint8_t> order() const
    {
        return {network, is_v6, high, low, length};
    }
};
static_assert(sizeof(RouteKey) == 24);

} // namespace sluice
