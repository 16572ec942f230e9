// Longest prefix match over (network, address) for both families, as one transaction left it. Made by RouteTable, read
// by every worker and never changed; a copy shares everything. Reading never fails.
//
// The public network and every other one of some thousands of routes have a trie of their own (fib.hpp). A VPC with
// few has a hash over (masked address, length), probed once per length that the network really has, longest first; an
// address outside all that it knows by name goes by its default route at once, as what leaves a tenant does.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>

#include "dataplane/table/exact_map.hpp"
#include "dataplane/table/fib.hpp"

namespace sluice::table {

class PrefixMap {
public:
    static constexpr std::uint32_t none = no_route;

    PrefixMap() = default;

    // The value of the longest prefix that holds the address, or `none`.
    [[nodiscard]] std::uint32_t find4(std::uint16_t network, std::uint32_t address_host_order) const noexcept;
    [[nodiscard]] std::uint32_t find6(std::uint16_t network, const std::uint8_t* address) const noexcept; // 16 bytes

    // Ask for the memory that decides the same lookup: first for the whole burst, then look up.
    void prefetch4(std::uint16_t network, std::uint32_t address_host_order) const noexcept;
    void prefetch6(std::uint16_t network, const std::uint8_t* address) const noexcept;
    // Then, of networks with many, in steps: begin and, of IPv6, go on for the whole burst, then end (fib.hpp).
    // no_route: nothing is known yet; then all is left to the end.
    [[nodiscard]] FibSlot begin4(std::uint16_t network, std::uint32_t address_host_order) const noexcept;
    [[nodiscard]] FibSlot begin6(std::uint16_t network, const std::uint8_t* address) const noexcept;
    [[nodiscard]] FibSlot go_on6(std::uint16_t network, FibSlot slot, const std::uint8_t* address) const noexcept;
    [[nodiscard]] std::uint32_t end4(std::uint16_t network, FibSlot slot,
                                     std::uint32_t address_host_order) const noexcept;
    [[nodiscard]] std::uint32_t end6(std::uint16_t network, FibSlot slot, const std::uint8_t* address) const noexcept;

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    // So few routes stay in the nearest caches: asking for them ahead costs more than it saves.
    [[nodiscard]] bool is_small() const noexcept { return size_ <= small; }

private:
    friend class RouteTable;
    static constexpr std::size_t small = 32 * 1024;

    struct Key4 {
        std::uint32_t address = 0; // host order, masked
        std::uint32_t length = 0;
    };
    struct Key6 {
        std::uint64_t high = 0; // host order, masked
        std::uint64_t low = 0;
        std::uint64_t length = 0;
    };
    // Of a network: its trie, or its hash with a bit per length that occurs. Neither: no route.
    template<class Key, std::size_t Words>
    struct Network {
        static constexpr std::uint32_t no_length = ~std::uint32_t{0};

        const FibRoot* root = nullptr;
        std::uint32_t longest = no_length;          // of the lengths; most lookups end with it
        std::array<std::uint64_t, Words> shorter{}; // the others
        typename ExactMap<Key, std::uint32_t>::View map;
        // Of the hash: all prefixes but the default route lie in [first, first + span], by the first 64 bits.
        std::uint64_t first = ~std::uint64_t{0};
        std::uint64_t span = 0;
        std::uint32_t otherwise = none; // the default route's value

        [[nodiscard]] bool is_far(std::uint64_t high) const noexcept { return high - first > span; }
        void add_length(unsigned length) noexcept
        {
            if (length == longest) return;
            if (longest == no_length || length > longest) std::swap(longest, length);
            if (length != no_length) shorter[length / 64] |= std::uint64_t{1} << length % 64;
        }
    };
    using Network4 = Network<Key4, 1>;
    using Network6 = Network<Key6, 3>;

    static constexpr std::uint64_t mask64(unsigned length) noexcept // the first `length` of 64 bits, at most 64
    {
        return length == 0 ? 0 : ~std::uint64_t{0} << (64 - length);
    }
    // The keys of an address, cut to a length, as words.
    static constexpr KeyWords<Key4> key4(std::uint32_t address, unsigned length) noexcept
    {
        static_assert(std::endian::native == std::endian::little);
        return {(address & mask64(length) >> 32) | std::uint64_t{length} << 32};
    }
    static constexpr KeyWords<Key6> key6(std::uint64_t high, std::uint64_t low, unsigned length) noexcept
    {
        return {high & mask64(length < 64 ? length : 64), low & mask64(length > 64 ? length - 64 : 0), length};
    }
    static std::uint64_t big_endian(const std::uint8_t* bytes) noexcept
    {
        std::uint64_t value = 0;
        std::memcpy(&value, bytes, sizeof value);
        return __builtin_bswap64(value);
    }
    static unsigned highest_bit(std::uint64_t word) noexcept
    {
        return 63U - static_cast<unsigned>(std::countl_zero(word));
    }
    // `key`: of the address, cut to a length.
    template<class In, class KeyOf>
    [[nodiscard]] static std::uint32_t find_few(const In& in, KeyOf key) noexcept;
    template<class In, class KeyOf>
    [[nodiscard]] static std::uint32_t find_shorter(const In& in, KeyOf key) noexcept;

    const Network4* networks4_ = nullptr; // by network, below `networks_`
    const Network6* networks6_ = nullptr;
    const std::byte* nodes_ = nullptr;
    std::size_t networks_ = 0;
    std::size_t size_ = 0;
    std::shared_ptr<const void> owner_; // of all that the pointers lead to
};

template<class In, class KeyOf>
[[gnu::always_inline]] inline std::uint32_t PrefixMap::find_few(const In& in, KeyOf key) noexcept
{
    if (in.longest == In::no_length) return none;
    const std::uint32_t* value = in.map.find(key(in.longest));
    return value != nullptr ? *value : find_shorter(in, key);
}

template<class In, class KeyOf>
[[gnu::noinline]] std::uint32_t PrefixMap::find_shorter(const In& in, KeyOf key) noexcept
{
    for (std::size_t word = in.shorter.size(); word-- > 0;) {
        for (std::uint64_t left = in.shorter[word]; left != 0;) {
            const unsigned bit = highest_bit(left);
            const std::uint32_t* value = in.map.find(key(static_cast<unsigned>(word) * 64 + bit));
            if (value != nullptr) return *value;
            left ^= std::uint64_t{1} << bit;
        }
    }
    return none;
}

inline std::uint32_t PrefixMap::find4(std::uint16_t network, std::uint32_t address_host_order) const noexcept
{
    if (network >= networks_) return none;
    const Network4& in = networks4_[network];
    if (in.root != nullptr) return Fib(nodes_, *in.root).find4(address_host_order);
    if (in.is_far(std::uint64_t{address_host_order} << 32)) return in.otherwise;
    return find_few(in, [=](unsigned length) { return key4(address_host_order, length); });
}

inline std::uint32_t PrefixMap::find6(std::uint16_t network, const std::uint8_t* address) const noexcept
{
    if (network >= networks_) return none;
    const Network6& in = networks6_[network];
    if (in.root != nullptr) return Fib(nodes_, *in.root).find6(address);
    const std::uint64_t high = big_endian(address);
    if (in.is_far(high)) return in.otherwise;
    const std::uint64_t low = big_endian(address + 8);
    return find_few(in, [=](unsigned length) { return key6(high, low, length); });
}

inline void PrefixMap::prefetch4(std::uint16_t network, std::uint32_t address_host_order) const noexcept
{
    if (network >= networks_) return;
    const Network4& in = networks4_[network];
    if (in.root != nullptr) return Fib(nodes_, *in.root).prefetch4(address_host_order);
    if (in.is_far(std::uint64_t{address_host_order} << 32)) return;
    if (in.longest != Network4::no_length) in.map.prefetch(key4(address_host_order, in.longest));
}

inline FibSlot PrefixMap::begin4(std::uint16_t network, std::uint32_t address_host_order) const noexcept
{
    if (network >= networks_ || networks4_[network].root == nullptr) return no_route;
    return Fib(nodes_, *networks4_[network].root).begin4(address_host_order);
}

inline FibSlot PrefixMap::begin6(std::uint16_t network, const std::uint8_t* address) const noexcept
{
    if (network >= networks_ || networks6_[network].root == nullptr) return no_route;
    return Fib(nodes_, *networks6_[network].root).begin6(address);
}

inline FibSlot PrefixMap::go_on6(std::uint16_t network, FibSlot slot, const std::uint8_t* address) const noexcept
{
    return is_node(slot) ? Fib(nodes_, *networks6_[network].root).go_on6(slot, address) : slot;
}

inline std::uint32_t PrefixMap::end4(std::uint16_t network, FibSlot slot,
                                     std::uint32_t address_host_order) const noexcept
{
    if (is_node(slot)) return Fib(nodes_, *networks4_[network].root).end4(slot, address_host_order);
    return slot != no_route ? slot : find4(network, address_host_order);
}

inline std::uint32_t PrefixMap::end6(std::uint16_t network, FibSlot slot, const std::uint8_t* address) const noexcept
{
    if (is_node(slot)) return Fib(nodes_, *networks6_[network].root).end6(slot, address);
    return slot != no_route ? slot : find6(network, address);
}

inline void PrefixMap::prefetch6(std::uint16_t network, const std::uint8_t* address) const noexcept
{
    if (network >= networks_) return;
    const Network6& in = networks6_[network];
    if (in.root != nullptr) return Fib(nodes_, *in.root).prefetch6(address);
    const std::uint64_t high = big_endian(address);
    if (in.is_far(high)) return;
    if (in.longest != Network6::no_length) in.map.prefetch(key6(high, big_endian(address + 8), in.longest));
}

} // namespace sluice::table
