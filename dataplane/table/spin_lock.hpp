// A lock of one byte for the few instructions of an insert. Written by whoever inserts or removes; waiting is bounded
// by the number of workers. Satisfies Lockable, so std::lock_guard serves.
#pragma once

#include <atomic>
#include <cstdint>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

namespace sluice::table {

class SpinLock {
public:
    void lock()
    {
        while (!try_lock())
            pause();
    }

    [[nodiscard]] bool try_lock() { return held_.exchange(1, std::memory_order_acquire) == 0; }
    void unlock() { held_.store(0, std::memory_order_release); }

private:
    // Waits on a shared copy of the line, so that the holder's own writes are not disturbed.
    void pause() const
    {
        while (held_.load(std::memory_order_relaxed) != 0) {
#if defined(__x86_64__)
            _mm_pause();
#endif
        }
    }

    std::atomic<std::uint8_t> held_{0};
};

} // namespace sluice::table
