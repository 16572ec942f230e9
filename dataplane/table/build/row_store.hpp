// Rows as the table server's thread changes them, and the versions that workers read. What a transaction touches is
// copied once, a page at a time, and changed in place from then on; the version before stays whole.
//
//     const std::uint32_t index = store.take();
//     store.change(index).mtu = 1500;
//     const Rows<Exit> next = store.publish();
//
// Each version holds the one after it and, when it dies itself, frees what that one replaced: after all versions before
// it, in whatever order they go. They must be let go of one at a time, by the thread that changes the store or when
// that has ended. Grows with what is taken, never full but for memory (bad_alloc).
#pragma once

#include <cstring>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "dataplane/table/build/page_pool.hpp"
#include "dataplane/table/rows.hpp"

namespace sluice::table {

template<class Row>
class RowStore {
    static_assert(std::is_trivially_copyable_v<Row> && std::is_trivially_destructible_v<Row>);

public:
    [[nodiscard]] const Row& operator[](std::uint32_t index) const { return pages_[index >> shift][index & low]; }
    // To be written before the next publish().
    [[nodiscard]] Row& change(std::uint32_t index)
    {
        const std::uint32_t page = index >> shift;
        if (!is_fresh_[page]) {
            Row* copy = reinterpret_cast<Row*>(pool_->take());
            std::memcpy(static_cast<void*>(copy), pages_[page], page_bytes);
            replaced_.push_back(std::exchange(pages_[page], copy));
            is_fresh_[page] = true;
            is_changed_ = true;
        }
        return pages_[page][index & low];
    }

    // A row that is Row{}. Those given back come first.
    [[nodiscard]] std::uint32_t take()
    {
        if (!free_.empty()) {
            const std::uint32_t index = free_.back();
            free_.pop_back();
            return index;
        }
        resize(size_ + 1);
        return size_ - 1;
    }
    void give(std::uint32_t index)
    {
        change(index) = Row{};
        free_.push_back(index);
    }
    // New rows are Row{}.
    void resize(std::uint32_t size)
    {
        while (pages_.size() << shift < size) {
            Row* page = reinterpret_cast<Row*>(pool_->take());
            std::uninitialized_fill_n(page, Rows<Row>::per_page, Row{});
            pages_.push_back(page);
            is_fresh_.push_back(true);
        }
        size_ = size;
        is_changed_ = true;
    }
    // Something that rows of versions up to the published one point to, and the next one's do not.
    void outlive(std::shared_ptr<const void> what) { kept_.push_back(std::move(what)); }

    [[nodiscard]] Rows<Row> publish()
    {
        if (!is_changed_ && kept_.empty()) return rows();
        auto next = std::make_shared<Version>(pool_, pages_);
        if (current_) {
            current_->replaced = std::exchange(replaced_, {});
            current_->kept = std::exchange(kept_, {});
            current_->next = next;
        }
        replaced_.clear(); // before the first version there is nothing to replace
        kept_.clear();
        current_ = std::move(next);
        is_fresh_.assign(pages_.size(), false);
        is_changed_ = false;
        return rows();
    }

    [[nodiscard]] std::uint32_t size() const { return size_; }
    // Bytes of the pages in use, those of older versions included.
    [[nodiscard]] std::size_t bytes_used() const { return pool_->bytes_used(); }

private:
    static constexpr unsigned shift = Rows<Row>::shift;
    static constexpr std::uint32_t low = Rows<Row>::per_page - 1;
    static constexpr std::size_t page_bytes = sizeof(Row) * Rows<Row>::per_page;

    struct Version {
        Version(std::shared_ptr<PagePool> pool_, std::vector<Row*> pages_)
            : pool(std::move(pool_))
            , pages(std::move(pages_))
        {
        }
        ~Version()
        {
            for (Row* page : replaced)
                pool->give(reinterpret_cast<std::byte*>(page));
            // One after the other: a long chain must not become a deep recursion.
            std::shared_ptr<Version> rest = std::move(next);
            while (rest && rest.use_count() == 1) {
                std::shared_ptr<Version> following = std::move(rest->next);
                rest = std::move(following);
            }
        }
        Version(const Version&) = delete;
        Version& operator=(const Version&) = delete;

        std::shared_ptr<PagePool> pool;
        std::vector<Row*> pages;
        std::vector<Row*> replaced; // by `next`
        std::vector<std::shared_ptr<const void>> kept;
        std::shared_ptr<Version> next;
    };

    [[nodiscard]] Rows<Row> rows() const
    {
        return current_ ? Rows<Row>(current_->pages.data(), size_, current_) : Rows<Row>();
    }

    std::shared_ptr<PagePool> pool_ = std::make_shared<PagePool>(page_bytes);
    std::vector<Row*> pages_;
    std::vector<bool> is_fresh_; // pages that no version has
    std::vector<std::uint32_t> free_;
    std::uint32_t size_ = 0;
    bool is_changed_ = false;
    std::vector<Row*> replaced_;
    std::vector<std::shared_ptr<const void>> kept_;
    std::shared_ptr<Version> current_;
};

} // namespace sluice::table
