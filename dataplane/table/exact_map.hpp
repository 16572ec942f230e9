// A map that never changes once built: local addresses, VNIs, services. Built by the table server's thread, read by
// every worker; a copy shares the slots; building never fails. At most half full; with few entries at most an eighth,
// for most questions are about keys that are not there, and each slot in use on the way is a guess of the processor's
// that fails.
//
// Only the operator's own tables decide what is stored, so nobody outside can make a chain long, and an unkeyed mixing
// function does. A chain is probed linearly: most lookups touch one line.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "dataplane/base/mix.hpp"
#include "dataplane/base/prefetch.hpp"

namespace sluice::table {

using sluice::mix64;

// The bytes of a key as words, zeros behind them. Who has just put a key together does so in words, which stay in
// registers: fields that are written one by one and read back as something wider make the processor wait.
template<class Key>
using KeyWords = std::array<std::uint64_t, (sizeof(Key) + sizeof(std::uint64_t) - 1) / sizeof(std::uint64_t)>;

template<class Key>
[[nodiscard]] inline KeyWords<Key> words_of(const Key& key)
{
    static_assert(std::has_unique_object_representations_v<Key>, "padding would take part in the comparison");
    KeyWords<Key> words{};
    std::memcpy(words.data(), &key, sizeof key);
    return words;
}

// Mixed one after the other into a state.
template<std::size_t Count, class Mix>
[[nodiscard]] inline std::uint64_t mix_words(const std::array<std::uint64_t, Count>& words, std::uint64_t state,
                                             Mix&& mix)
{
#pragma GCC unroll 8
    for (const std::uint64_t word : words)
        state = mix(state ^ word);
    return state;
}

template<std::size_t Count>
[[nodiscard]] inline std::uint64_t mix_key(const std::array<std::uint64_t, Count>& words)
{
    return mix_words(words, 0, fold64);
}

template<class Key>
[[nodiscard]] inline bool has_words(const Key& key, const KeyWords<Key>& words)
{
    const KeyWords<Key> own = words_of(key);
    std::uint64_t difference = 0;
#pragma GCC unroll 8
    for (std::size_t i = 0; i < own.size(); ++i)
        difference |= own[i] ^ words[i];
    return difference == 0;
}

template<class Key, class Value>
class ExactMap {
public:
    class Builder {
    public:
        // A key added again replaces its value: the last word counts.
        void add(const Key& key, Value value) { rows_.emplace_back(key, std::move(value)); }
        [[nodiscard]] ExactMap build() const { return ExactMap(rows_); }

    private:
        std::vector<std::pair<Key, Value>> rows_;
    };

    class View;

    ExactMap()
        : ExactMap(std::vector<std::pair<Key, Value>>{})
    {
    }

    // Null when absent. Valid as long as the map is.
    [[nodiscard]] const Value* find(const Key& key) const { return view().find(words_of(key)); }
    [[nodiscard]] const Value* find(const KeyWords<Key>& key) const { return view().find(key); }
    void prefetch(const Key& key) const { view().prefetch(words_of(key)); }

    [[nodiscard]] View view() const { return View(slots_, mask_); }
    [[nodiscard]] std::size_t size() const { return size_; }

    template<class Visit>
    void for_each(Visit&& visit) const
    {
        for (const Slot& slot : *owner_)
            if (slot.used) visit(slot.key, slot.value);
    }

private:
    static constexpr std::size_t few = 4096;

    struct Slot {
        Key key{};
        Value value{};
        bool used = false;
    };

    explicit ExactMap(const std::vector<std::pair<Key, Value>>& rows)
        : mask_(std::bit_ceil(rows.size() * (rows.size() <= few ? 8 : 2) + 1) - 1)
    {
        std::vector<Slot> slots(mask_ + 1);
        for (const auto& [key, value] : rows) {
            Slot& slot = slots[View(slots.data(), mask_).slot_of(words_of(key))];
            if (!slot.used) ++size_;
            slot = Slot{key, value, true};
        }
        owner_ = std::make_shared<const std::vector<Slot>>(std::move(slots));
        slots_ = owner_->data();
    }

    std::shared_ptr<const std::vector<Slot>> owner_;
    const Slot* slots_;
    std::size_t mask_;
    std::size_t size_ = 0;
};

// The map's slots without the map, which must outlive it: for owners that keep what a packet needs in one cache line.
template<class Key, class Value>
class ExactMap<Key, Value>::View {
public:
    View() = default; // of nothing: not to be asked

    [[nodiscard]] const Value* find(const KeyWords<Key>& key) const
    {
        const Slot& slot = slots_[slot_of(key)];
        return slot.used ? &slot.value : nullptr;
    }
    void prefetch(const KeyWords<Key>& key) const { prefetch_to_read(&slots_[mix_key(key) & mask_]); }

private:
    friend class ExactMap;
    View(const Slot* slots, std::size_t mask)
        : slots_(slots)
        , mask_(mask)
    {
    }

    // The slot that has the key, or the free one where it would stand. Ends, for at least half of the slots are free.
    [[nodiscard]] std::size_t slot_of(const KeyWords<Key>& key) const
    {
        std::size_t at = mix_key(key) & mask_;
        while (slots_[at].used && !has_words(slots_[at].key, key))
            at = (at + 1) & mask_;
        return at;
    }

    const Slot* slots_ = nullptr;
    std::size_t mask_ = 0;
};

} // namespace sluice::table
