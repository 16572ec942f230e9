// Memory of the forwarding tables' nodes: blocks of whole cache lines, named by the number of their first line, which
// stay where they are while the arena grows, so that workers may read meanwhile. Used by the table server's thread
// only; no worker allocates. When the address space of 16 GB is used up, or the kernel has no memory, allocate()
// throws bad_alloc.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sluice::table {

class FibArena {
public:
    static constexpr std::size_t line_bytes = 64;
    static constexpr std::uint32_t max_lines = 1U << 28;
    static constexpr std::uint32_t root_lines = 8192;

    FibArena(); // throws bad_alloc
    ~FibArena();
    FibArena(const FibArena&) = delete;
    FibArena& operator=(const FibArena&) = delete;

    // The first of at least `lines` lines with unspecified content. `lines`: 1..17 or root_lines.
    [[nodiscard]] std::uint32_t allocate(std::uint32_t lines);
    // `lines`: as given to allocate(). Nobody reads the block any more.
    void free(std::uint32_t first, std::uint32_t lines) noexcept;

    [[nodiscard]] std::byte* base() const noexcept { return base_; }
    [[nodiscard]] std::byte* at(std::uint32_t line) const noexcept { return base_ + std::size_t{line} * line_bytes; }
    // What blocks of `lines` lines really take.
    [[nodiscard]] static std::uint32_t rounded(std::uint32_t lines) noexcept { return sizes[class_of(lines)]; }
    [[nodiscard]] std::uint64_t bytes_used() const noexcept { return used_ * line_bytes; }

private:
    // Few sizes, so that what one node leaves serves the next.
    static constexpr std::array<std::uint32_t, 7> sizes{1, 2, 4, 8, 16, 17, root_lines};
    static std::size_t class_of(std::uint32_t lines) noexcept;
    [[nodiscard]] std::uint32_t grow(std::uint32_t lines);

    void* reserved_;
    std::byte* base_ = nullptr;
    std::uint64_t used_ = 0;     // lines in blocks that are allocated
    std::uint32_t next_ = 0;     // lines from here on were never allocated
    std::uint32_t writable_ = 0; // lines below it may be touched
    std::array<std::vector<std::uint32_t>, sizes.size()> free_;
};

} // namespace sluice::table
