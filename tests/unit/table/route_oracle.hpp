// Longest prefix match as a sentence says it: per length the addresses that have a route, the longest length first.
// Shares no code with the tables: it works on the bytes of an address.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "dataplane/base/address.hpp"

namespace sluice::test {

class RouteOracle {
public:
    static constexpr std::uint32_t none = ~std::uint32_t{0};

    void put(std::uint16_t network, const IpAddress& address, unsigned length, std::uint32_t value)
    {
        routes_[{network, address.is_v4(), length}][cut(address.packed(), length)] = value;
    }
    void remove(std::uint16_t network, const IpAddress& address, unsigned length)
    {
        routes_[{network, address.is_v4(), length}].erase(cut(address.packed(), length));
    }
    [[nodiscard]] std::uint32_t find(std::uint16_t network, const IpAddress& address) const
    {
        const std::string bytes = address.packed();
        for (unsigned length = address.bits() + 1; length-- > 0;) {
            const auto same_length = routes_.find({network, address.is_v4(), length});
            if (same_length == routes_.end()) continue;
            const auto route = same_length->second.find(cut(bytes, length));
            if (route != same_length->second.end()) return route->second;
        }
        return none;
    }
    [[nodiscard]] std::uint32_t exact(std::uint16_t network, const IpAddress& address, unsigned length) const
    {
        const auto same_length = routes_.find({network, address.is_v4(), length});
        if (same_length == routes_.end()) return none;
        const auto route = same_length->second.find(cut(address.packed(), length));
        return route == same_length->second.end() ? none : route->second;
    }
    [[nodiscard]] std::size_t size() const
    {
        std::size_t size = 0;
        for (const auto& [key, routes] : routes_)
            size += routes.size();
        return size;
    }

private:
    static std::string cut(std::string bytes, unsigned length)
    {
        for (unsigned bit = length; bit < bytes.size() * 8; ++bit)
            bytes[bit / 8] = static_cast<char>(bytes[bit / 8] & ~(0x80 >> bit % 8));
        return bytes;
    }

    std::map<std::tuple<std::uint16_t, bool, unsigned>, std::map<std::string, std::uint32_t>> routes_;
};

// Prefixes that lie within each other and beside each other: few values in most bytes, any length.
class RandomPrefixes {
public:
    explicit RandomPrefixes(std::uint32_t seed)
        : random_(seed)
    {
    }

    [[nodiscard]] std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(random_() % bound); }
    [[nodiscard]] IpAddress address(bool v4)
    {
        std::string bytes(v4 ? 4 : 16, '\0');
        for (char& byte : bytes)
            byte = static_cast<char>(below(8) == 0 ? below(256) : below(3) * 0x7F);
        return IpAddress::unpack(bytes).value();
    }
    // Every length, and those that networks really have more often.
    [[nodiscard]] unsigned length(bool v4)
    {
        if (below(2) == 0) return below(v4 ? 33 : 129);
        return v4 ? 8 * (1 + below(4)) : 16 * (1 + below(8));
    }

private:
    std::mt19937 random_;
};

} // namespace sluice::test
