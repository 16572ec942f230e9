// The prefixes of one network and family with their values: what a forwarding trie is made from. Kept by the table
// server's thread; 46 to 92 bytes per prefix, as the table doubles; never full.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>

#include "dataplane/base/address.hpp"
#include "dataplane/base/flat_map.hpp"
#include "dataplane/base/prefix_hash.hpp"
#include "dataplane/table/fib.hpp"

namespace sluice::table {

// A prefix of either family, its bits from the left; host bits are zero. IPv4 uses the first 32.
struct FibPrefix {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    unsigned length = 0;

    auto operator<=>(const FibPrefix&) const = default;

    [[nodiscard]] static FibPrefix of(const Prefix& prefix); // clears host bits
    [[nodiscard]] FibPrefix shortened(unsigned to) const;
    [[nodiscard]] bool holds(const FibPrefix& other) const { return other.shortened(length) == shortened(length); }
    // Eight bits from `depth`, a multiple of eight.
    [[nodiscard]] unsigned byte_at(unsigned depth) const
    {
        return static_cast<unsigned>((depth < 64 ? high >> (56 - depth) : low >> (120 - depth)) & 0xFF);
    }
};

class FibRib {
public:
    // Gives what was there before.
    std::optional<FibSlot> put(const FibPrefix& prefix, FibSlot value);
    std::optional<FibSlot> erase(const FibPrefix& prefix);

    [[nodiscard]] std::optional<FibSlot> find(const FibPrefix& prefix) const;
    // The value of the longest prefix that holds all of `prefix` and begins in the same node, itself included, or
    // no_route.
    [[nodiscard]] FibSlot covering(const FibPrefix& prefix) const;
    // Calls visit(prefix, value) for the longer prefixes within `prefix` that begin in the same node, each one after
    // those that hold it. Cost: the prefixes of the root; in other nodes at most 254 probes.
    template<class Visit>
    void for_each_within(const FibPrefix& prefix, Visit&& visit) const;
    template<class Visit>
    void for_each(Visit&& visit) const;

    [[nodiscard]] std::size_t size() const { return top_.size() + deep_.size(); }

private:
    struct Hash {
        std::size_t operator()(const FibPrefix& prefix) const noexcept
        {
            return hash_of_prefix(prefix.high, prefix.low, prefix.length);
        }
    };
    // 0..16 bits begin in the root, 17..24 in the next node, and so on.
    [[nodiscard]] static unsigned shortest_beside(unsigned length)
    {
        return length <= FibRoot::bits ? 0 : (length - 1) / 8 * 8 + 1;
    }
    [[nodiscard]] static unsigned longest_beside(unsigned length)
    {
        return length <= FibRoot::bits ? FibRoot::bits : (length + 7) / 8 * 8;
    }
    static void move_on(FibPrefix& prefix); // to the one beside it

    std::map<FibPrefix, FibSlot> top_; // those of the root, of which one may hold very many: one before those within it
    FlatMap<FibPrefix, FibSlot, Hash> deep_;
    std::array<std::uint32_t, 129> count_{}; // of each length
};

template<class Visit>
void FibRib::for_each_within(const FibPrefix& prefix, Visit&& visit) const
{
    if (prefix.length <= FibRoot::bits) {
        for (auto each = top_.upper_bound(prefix); each != top_.end() && prefix.holds(each->first); ++each)
            visit(each->first, each->second);
        return;
    }
    for (unsigned length = prefix.length + 1; length <= longest_beside(prefix.length); ++length) {
        if (count_[length] == 0) continue;
        FibPrefix each{prefix.high, prefix.low, length};
        for (unsigned i = 0; i < 1U << (length - prefix.length); ++i, move_on(each))
            if (const FibSlot* found = deep_.find(each)) visit(each, *found);
    }
}

template<class Visit>
void FibRib::for_each(Visit&& visit) const
{
    for (const auto& [prefix, value] : top_)
        visit(prefix, value);
    deep_.for_each(visit);
}

} // namespace sluice::table
