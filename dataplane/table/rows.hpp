// A large array as one transaction left it: hops, exits, tunnels, and the slots of row_map.hpp. Made by RowStore
// (build/row_store.hpp), read by every worker and never changed; a copy shares everything.
//
// The rows lie in pages of up to 64 KB. The next version shares the pages that did not change, so that a change of one
// row among a million costs one page and a list of pages. A reader pays one load more than with a vector: the page's
// place, from a list that is small enough to stay in the nearest caches (16 KB for a million exits).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>

namespace sluice::table {

template<class Row>
class Rows {
public:
    static constexpr std::size_t largest_page = 64 * 1024;
    static constexpr unsigned shift = static_cast<unsigned>(std::bit_width(largest_page / sizeof(Row))) - 1;
    static constexpr std::uint32_t per_page = 1U << shift;

    Rows() = default;
    // `pages` live as long as `owner` does.
    Rows(const Row* const* pages, std::size_t size, std::shared_ptr<const void> owner)
        : pages_(pages)
        , size_(size)
        , owner_(std::move(owner))
    {
    }

    [[nodiscard]] const Row& operator[](std::uint32_t index) const noexcept
    {
        return pages_[index >> shift][index & (per_page - 1)];
    }
    [[nodiscard]] const Row& at(std::uint32_t index) const
    {
        if (index >= size_) throw std::out_of_range("row");
        return (*this)[index];
    }
    [[nodiscard]] std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(size_); } // also unused ones

private:
    const Row* const* pages_ = nullptr;
    std::size_t size_ = 0;
    std::shared_ptr<const void> owner_;
};

} // namespace sluice::table
