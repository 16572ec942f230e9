// Longest prefix match over (network, address) for both families. Built by the table server's thread, read by every
// worker and never changed; about 32 bytes per IPv4 and 64 per IPv6 prefix, 32 per network; building never fails.
//
// One hash per family over (network, masked address, length), probed once per length that the network really has,
// longest first. A VPC has a handful of lengths. A network of thousands of routes deserves a FIB of its own instead.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "dataplane/base/address.hpp"
#include "dataplane/table/exact_map.hpp"

namespace sluice::table {

class PrefixMap {
public:
    static constexpr std::uint32_t none = ~std::uint32_t{0};

    class Builder;

    PrefixMap() = default;

    // The value of the longest prefix that holds the address, or `none`.
    [[nodiscard]] std::uint32_t find4(std::uint16_t network, std::uint32_t address_host_order) const;
    [[nodiscard]] std::uint32_t find6(std::uint16_t network, const std::uint8_t* address) const; // 16 bytes

    [[nodiscard]] std::size_t size() const { return v4_.size() + v6_.size(); }

private:
    struct Key4 {
        std::uint32_t address = 0; // host order, masked
        std::uint16_t network = 0;
        std::uint16_t length = 0;
    };
    struct Key6 {
        std::array<std::uint64_t, 2> address{}; // host order, masked, high half first
        std::uint32_t network = 0;
        std::uint32_t length = 0;
    };
    // A bit per length that occurs in the network.
    struct Lengths {
        std::uint64_t v4 = 0;              // 0..32
        std::array<std::uint64_t, 3> v6{}; // 0..128
    };

    [[nodiscard]] static Key4 key4(std::uint16_t network, std::uint32_t address, unsigned length);
    [[nodiscard]] static Key6 key6(std::uint16_t network, const std::array<std::uint64_t, 2>& address, unsigned length);

    ExactMap<Key4, std::uint32_t> v4_;
    ExactMap<Key6, std::uint32_t> v6_;
    std::vector<Lengths> lengths_; // by network, as far as the highest that has a prefix
};

class PrefixMap::Builder {
public:
    // Host bits are ignored. A prefix added again replaces its value. `value` is anything but `none`.
    void add(std::uint16_t network, const Prefix& prefix, std::uint32_t value);
    [[nodiscard]] PrefixMap build() const;

private:
    ExactMap<Key4, std::uint32_t>::Builder v4_;
    ExactMap<Key6, std::uint32_t>::Builder v6_;
    std::vector<Lengths> lengths_;
};

} // namespace sluice::table
