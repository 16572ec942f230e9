// The whole address space is reserved at once, without access, which costs nothing; access and with it memory is asked
// for step by step. Large pages where the kernel has them: a million routes would need 16,000 small ones.
#include "dataplane/table/fib_arena.hpp"

#include <algorithm>
#include <memory>
#include <new>

#include <sys/mman.h>

namespace sluice::table {
namespace {

constexpr std::size_t page_bytes = 2U << 20; // a large one
constexpr std::uint32_t step_lines = page_bytes / FibArena::line_bytes;
constexpr std::size_t used_bytes = std::size_t{FibArena::max_lines} * FibArena::line_bytes;
constexpr std::size_t reserved_bytes = used_bytes + page_bytes; // to begin at a large page's boundary

} // namespace

FibArena::FibArena()
    : reserved_(::mmap(nullptr, reserved_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0))
{
    if (reserved_ == MAP_FAILED) throw std::bad_alloc();
    void* aligned = reserved_;
    std::size_t room = reserved_bytes;
    std::align(page_bytes, used_bytes, aligned, room);
    ::madvise(aligned, used_bytes, MADV_HUGEPAGE); // a kernel without them serves small ones
    base_ = static_cast<std::byte*>(aligned);
}

FibArena::~FibArena()
{
    ::munmap(reserved_, reserved_bytes);
}

std::size_t FibArena::class_of(std::uint32_t lines) noexcept
{
    const auto* found = std::lower_bound(sizes.begin(), sizes.end(), lines);
    return static_cast<std::size_t>(found - sizes.begin());
}

std::uint32_t FibArena::allocate(std::uint32_t lines)
{
    std::vector<std::uint32_t>& free = free_[class_of(lines)];
    const std::uint32_t size = rounded(lines);
    if (free.empty()) free.push_back(grow(size));
    const std::uint32_t first = free.back();
    free.pop_back();
    used_ += size;
    return first;
}

std::uint32_t FibArena::grow(std::uint32_t lines)
{
    if (next_ + lines > writable_) {
        const std::uint32_t more = std::max(step_lines, lines);
        if (writable_ + more > max_lines) throw std::bad_alloc();
        if (::mprotect(at(writable_), std::size_t{more} * line_bytes, PROT_READ | PROT_WRITE) != 0)
            throw std::bad_alloc();
        writable_ += more;
    }
    const std::uint32_t first = next_;
    next_ += lines;
    return first;
}

void FibArena::free(std::uint32_t first, std::uint32_t lines) noexcept
{
    free_[class_of(lines)].push_back(first);
    used_ -= rounded(lines);
}

} // namespace sluice::table
