// A lock of one byte that says who holds it: the epoch of a process that maps the region (region.hpp). Written by
// whoever inserts or removes; waiting is bounded by the number of workers, and by the time it takes to notice that the
// holder's process is gone.
#pragma once

#include <atomic>
#include <cstdint>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

namespace sluice::table {

class EpochLock {
public:
    [[nodiscard]] bool try_lock(std::uint8_t mine) { return pass_on(0, mine); }
    void unlock() { owner_.store(0, std::memory_order_release); }
    [[nodiscard]] std::uint8_t owner() const { return owner_.load(std::memory_order_relaxed); }
    // From one owner (0: nobody) to another, in one step.
    bool pass_on(std::uint8_t from, std::uint8_t to)
    {
        return owner_.compare_exchange_strong(from, to, std::memory_order_acq_rel);
    }

    // Until the lock is ours, or `spins` looks are over. Waits on a shared copy of the line, so that the holder's own
    // writes are not disturbed.
    [[nodiscard]] bool lock_within(std::uint8_t mine, unsigned spins)
    {
        for (; spins > 0; --spins) {
            if (owner() == 0 && try_lock(mine)) return true;
#if defined(__x86_64__)
            _mm_pause();
#endif
        }
        return false;
    }

private:
    std::atomic<std::uint8_t> owner_{0};
};

} // namespace sluice::table
