// Memory of the row stores: pages of one size, cut from large ones where the kernel has them, so that a walk through a
// million exits does not miss the TLB. Used by the table server's thread only; throws bad_alloc when the kernel has no
// memory. Pages are all zero or as they were left.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <vector>

#include "dataplane/table/mapping.hpp"

namespace sluice::table {

class PagePool {
public:
    explicit PagePool(std::size_t page_bytes)
        : page_bytes_(page_bytes)
    {
    }

    [[nodiscard]] std::byte* take()
    {
        if (free_.empty()) grow();
        std::byte* page = free_.back();
        free_.pop_back();
        ++used_;
        return page;
    }
    void give(std::byte* page)
    {
        free_.push_back(page);
        --used_;
    }

    [[nodiscard]] std::size_t bytes_used() const { return used_ * page_bytes_; }

private:
    static constexpr std::size_t chunk_bytes = 2U << 20; // a large page

    void grow()
    {
        chunks_.push_back(std::make_unique<Mapping<std::byte>>(chunk_bytes));
        for (std::size_t at = chunk_bytes / page_bytes_; at-- > 0;)
            free_.push_back(chunks_.back()->begin() + at * page_bytes_);
    }

    std::size_t page_bytes_;
    std::size_t used_ = 0; // pages
    std::vector<std::unique_ptr<Mapping<std::byte>>> chunks_;
    std::vector<std::byte*> free_;
};

} // namespace sluice::table
