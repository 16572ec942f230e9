// A hash map without a node per entry, for tables of a million rows outside the packet path: one array, probed
// linearly, at most seven tenths full, doubled when it is. References and order are void after every change. `Key` and
// `Value` are small and trivially copyable; the hash mixes well, as it alone spreads. Throws bad_alloc when there is no
// memory, and is then as it was.
//
// Keys whose hashes differ in the three low bits alone lie side by side, so that whoever comes in order, as a peer's
// routes do, finds several in one line of memory; a hash that knows no neighbours mixes those bits as well as the
// others.
//
// Each map has a multiplier of its own: what is read out of one map and put into another in that order would else pile
// up in the other while that is the smaller one, and each put would walk the whole pile.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "dataplane/base/mix.hpp"
#include "dataplane/base/prefetch.hpp"

namespace sluice {

namespace flat_map {

// Another one for each map of this process, whatever its types.
[[nodiscard]] inline std::uint64_t next_multiplier() noexcept
{
    static std::atomic<std::uint64_t> maps{0};
    return mix64(maps.fetch_add(1, std::memory_order_relaxed) + 1) | 1;
}

} // namespace flat_map

template<class Key, class Value, class Hash>
class FlatMap {
    static_assert(std::is_trivially_copyable_v<Key> && std::is_trivially_copyable_v<Value>);

public:
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] std::size_t bytes_used() const noexcept { return slots_.size() * sizeof(Slot); }

    [[nodiscard]] const Value* find(const Key& key) const noexcept
    {
        if (slots_.empty()) return nullptr;
        const Slot& slot = slots_[place_of(key)];
        return slot.used ? &slot.value : nullptr;
    }
    [[nodiscard]] Value* find(const Key& key) noexcept { return const_cast<Value*>(std::as_const(*this).find(key)); }
    // Of what find(), put() and erase() will look at first.
    void prefetch(const Key& key) const noexcept
    {
        if (!slots_.empty()) prefetch_to_read(&slots_[home_of(key)]);
    }
    [[nodiscard]] bool contains(const Key& key) const noexcept { return find(key) != nullptr; }

    // Gives what was there before.
    std::optional<Value> put(const Key& key, const Value& value)
    {
        if ((size_ + 1) * 10 > slots_.size() * 7) grow();
        Slot& slot = slots_[place_of(key)];
        if (slot.used) return std::exchange(slot.value, value);
        slot = {key, value, true};
        ++size_;
        return std::nullopt;
    }
    std::optional<Value> erase(const Key& key) noexcept
    {
        if (slots_.empty()) return std::nullopt;
        const std::size_t place = place_of(key);
        if (!slots_[place].used) return std::nullopt;
        const Value before = slots_[place].value;
        close_gap(place);
        --size_;
        return before;
    }
    void clear() noexcept
    {
        slots_ = {};
        size_ = 0;
    }

    // Calls visit(key, value), in no order.
    template<class Visit>
    void for_each(Visit&& visit) const
    {
        for (const Slot& slot : slots_)
            if (slot.used) visit(slot.key, slot.value);
    }

private:
    struct Slot {
        Key key{};
        Value value{};
        bool used = false;
    };
    static constexpr std::size_t least_slots = 16;
    static constexpr std::uint64_t neighbors = 7;

    [[nodiscard]] std::size_t home_of(const Key& key) const noexcept
    {
        const std::uint64_t hash = Hash{}(key);
        const std::uint64_t place = ((hash | neighbors) * multiplier_) >> std::countl_zero(slots_.size() - 1);
        return (place & ~neighbors) | (hash & neighbors);
    }
    [[nodiscard]] std::size_t after(std::size_t place) const noexcept { return (place + 1) & (slots_.size() - 1); }
    // Where the key is or would be put.
    [[nodiscard]] std::size_t place_of(const Key& key) const noexcept
    {
        std::size_t place = home_of(key);
        while (slots_[place].used && !(slots_[place].key == key))
            place = after(place);
        return place;
    }
    // What follows moves up, unless it would come to stand before its home.
    void close_gap(std::size_t gap) noexcept
    {
        for (std::size_t place = after(gap); slots_[place].used; place = after(place)) {
            const std::size_t from_home = (place - home_of(slots_[place].key)) & (slots_.size() - 1);
            const std::size_t from_gap = (place - gap) & (slots_.size() - 1);
            if (from_home < from_gap) continue;
            slots_[gap] = slots_[place];
            gap = place;
        }
        slots_[gap] = {};
    }
    void grow()
    {
        std::vector<Slot> former(slots_.empty() ? least_slots : slots_.size() * 2);
        former.swap(slots_);
        for (const Slot& slot : former)
            if (slot.used) slots_[place_of(slot.key)] = slot;
    }

    std::vector<Slot> slots_; // none, or a power of two of them
    std::size_t size_ = 0;
    std::uint64_t multiplier_ = flat_map::next_multiplier();
};

} // namespace sluice
