// A vector on huge pages where the kernel gives them: what the source streams from must not cost page walks.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>
#include <vector>

#include <sys/mman.h>

namespace sluice::bench {

template<class T>
struct HugeAllocator {
    using value_type = T;
    static constexpr std::size_t page = 2U << 20;

    T* allocate(std::size_t count)
    {
        const std::size_t bytes = (count * sizeof(T) + page - 1) / page * page;
        void* memory = std::aligned_alloc(page, bytes);
        if (memory == nullptr) throw std::bad_alloc();
        madvise(memory, bytes, MADV_HUGEPAGE);
        return static_cast<T*>(memory);
    }
    void deallocate(T* memory, std::size_t) noexcept { std::free(memory); }
    bool operator==(const HugeAllocator&) const { return true; }
};

template<class T>
using HugeVector = std::vector<T, HugeAllocator<T>>;

} // namespace sluice::bench
