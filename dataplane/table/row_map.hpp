// A map that is changed a few rows at a time while it holds very many: neighbours, TEIDs. As one transaction left it:
// made by RowMapStore (build/row_map_store.hpp), read by every worker and never changed; a copy shares everything. At
// most half full; a chain is probed linearly.
//
// Row: has `key`, `value` and is_used(), false for Row{}.
#pragma once

#include "dataplane/base/prefetch.hpp"
#include "dataplane/table/exact_map.hpp" // its keys
#include "dataplane/table/rows.hpp"

namespace sluice::table {

template<class Row>
class RowMap {
public:
    using Key = decltype(Row::key);
    using Value = decltype(Row::value);

    RowMap() = default; // of nothing
    RowMap(Rows<Row> slots, std::size_t size)
        : slots_(std::move(slots))
        , mask_(slots_.size() - 1)
        , size_(size)
    {
    }

    // Null when absent. Valid as long as the map is.
    [[nodiscard]] const Value* find(const Key& key) const noexcept { return find(words_of(key)); }
    [[nodiscard]] const Value* find(const KeyWords<Key>& key) const noexcept { return find(key, place_of(key)); }
    // `place`: that of the key.
    [[nodiscard, gnu::always_inline]] const Value* find(const KeyWords<Key>& key, std::uint32_t place) const noexcept
    {
        if (size_ == 0) return nullptr;
        for (std::uint32_t at = place;; at = (at + 1) & mask_) {
            const Row& row = slots_[at];
            if (!row.is_used()) return nullptr;
            if (has_words(row.key, key)) return &row.value;
        }
    }
    // Gives the key's place.
    std::uint32_t prefetch(const KeyWords<Key>& key) const noexcept
    {
        if (size_ == 0) return 0;
        const std::uint32_t place = place_of(key);
        const auto* row = reinterpret_cast<const std::byte*>(&slots_[place]);
        prefetch_to_read(row);
        prefetch_to_read(row + 2 * sizeof(Row) - 1); // the next one may be it, and lines are no multiple of rows
        return place;
    }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    template<class Visit>
    void for_each(Visit&& visit) const
    {
        for (std::uint32_t i = 0; i < slots_.size(); ++i)
            if (slots_[i].is_used()) visit(slots_[i].key, slots_[i].value);
    }

private:
    [[nodiscard]] std::uint32_t place_of(const KeyWords<Key>& key) const noexcept
    {
        return static_cast<std::uint32_t>(mix_key(key)) & mask_;
    }

    Rows<Row> slots_;
    std::uint32_t mask_ = 0;
    std::size_t size_ = 0;
};

} // namespace sluice::table
