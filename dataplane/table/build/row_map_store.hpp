// A RowMap as the table server's thread changes it. A change touches the key's chain; when the map is half full its
// slots are doubled, which writes all of them anew (30 ms at a million) once per doubling.
#pragma once

#include "dataplane/table/build/row_store.hpp"
#include "dataplane/table/row_map.hpp"

namespace sluice::table {

template<class Row>
class RowMapStore {
public:
    using Key = typename RowMap<Row>::Key;
    using Value = typename RowMap<Row>::Value;

    void put(const Key& key, const Value& value)
    {
        if (slots_.size() < (size_ + 1) * 2) grow();
        const std::uint32_t at = slot_of(key);
        if (!slots_[at].is_used()) ++size_;
        slots_.change(at) = Row{key, value};
    }

    // What is not there may be erased.
    void erase(const Key& key)
    {
        if (size_ == 0) return;
        std::uint32_t hole = slot_of(key);
        if (!slots_[hole].is_used()) return;
        // Whoever stands behind moves up, unless its own place lies between the hole and it.
        for (std::uint32_t at = next(hole); slots_[at].is_used(); at = next(at)) {
            const std::uint32_t home = place_of(slots_[at].key);
            if (((at - home) & mask()) < ((at - hole) & mask())) continue;
            slots_.change(hole) = slots_[at];
            hole = at;
        }
        slots_.change(hole) = Row{};
        --size_;
    }

    [[nodiscard]] RowMap<Row> publish() { return size_ == 0 ? RowMap<Row>() : RowMap<Row>(slots_.publish(), size_); }
    [[nodiscard]] std::size_t bytes_used() const { return slots_.bytes_used(); }

private:
    [[nodiscard]] std::uint32_t mask() const { return slots_.size() - 1; }
    [[nodiscard]] std::uint32_t next(std::uint32_t at) const { return (at + 1) & mask(); }
    [[nodiscard]] std::uint32_t place_of(const Key& key) const
    {
        return static_cast<std::uint32_t>(mix_key(words_of(key))) & mask();
    }
    [[nodiscard]] std::uint32_t slot_of(const Key& key) const
    {
        std::uint32_t at = place_of(key);
        while (slots_[at].is_used() && !has_words(slots_[at].key, words_of(key)))
            at = next(at);
        return at;
    }

    // Into a store of its own: versions of the old one live as long as somebody reads them.
    void grow()
    {
        constexpr std::uint32_t least = 16;
        const RowStore<Row> before = std::exchange(slots_, {});
        slots_.resize(before.size() == 0 ? least : before.size() * 2);
        for (std::uint32_t i = 0; i < before.size(); ++i)
            if (before[i].is_used()) slots_.change(slot_of(before[i].key)) = before[i];
    }

    RowStore<Row> slots_;
    std::uint32_t size_ = 0;
};

} // namespace sluice::table
