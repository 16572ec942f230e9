// A bounded queue of small values from one thread to one other thread, over an rte_ring in the process's own memory:
// no name to collide, no EAL memory. Written by the pushing thread, read by the popping one; when full, push refuses.
#pragma once

#include <cstdlib>
#include <memory>
#include <new>
#include <type_traits>

#include <rte_ring.h>
#include <rte_ring_elem.h>

namespace sluice::dataplane {

template<class T>
class Queue {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) % 4 == 0);

public:
    // `slots` is a power of two; one less values fit.
    explicit Queue(unsigned slots)
        : ring_(allocate(slots))
    {
        if (rte_ring_init(ring_.get(), "queue", slots, RING_F_SP_ENQ | RING_F_SC_DEQ) != 0) throw std::bad_alloc();
    }

    [[nodiscard]] bool push(T value) noexcept { return rte_ring_sp_enqueue_elem(ring_.get(), &value, sizeof(T)) == 0; }
    // Takes up to `count` values.
    [[nodiscard]] unsigned pop(T* values, unsigned count) noexcept
    {
        return rte_ring_sc_dequeue_burst_elem(ring_.get(), values, sizeof(T), count, nullptr);
    }
    // How many more values fit now, at least, as the pushing thread sees it.
    [[nodiscard]] unsigned room() const noexcept { return rte_ring_free_count(ring_.get()); }
    [[nodiscard]] unsigned capacity() const noexcept { return rte_ring_get_capacity(ring_.get()); }

private:
    struct Free {
        void operator()(rte_ring* ring) const noexcept { std::free(ring); }
    };

    static rte_ring* allocate(unsigned slots)
    {
        const ssize_t bytes = rte_ring_get_memsize_elem(sizeof(T), slots);
        if (bytes <= 0) throw std::bad_alloc();
        const std::size_t whole_lines = (static_cast<std::size_t>(bytes) + 127) / 128 * 128;
        void* memory = std::aligned_alloc(128, whole_lines);
        if (memory == nullptr) throw std::bad_alloc();
        return static_cast<rte_ring*>(memory);
    }

    std::unique_ptr<rte_ring, Free> ring_;
};

} // namespace sluice::dataplane
