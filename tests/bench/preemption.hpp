// Whether the calling thread was kept from its core: the kernel's count of time slices and of waiting, from
// /proc/thread-self/schedstat. Two system calls per window, outside of what is timed.
#pragma once

#include <cstdint>

namespace sluice::bench {

class Preemption {
public:
    Preemption() = default;
    Preemption(const Preemption&) = delete;
    Preemption& operator=(const Preemption&) = delete;
    ~Preemption();

    // In the thread that is watched, every time.
    void begin() noexcept;
    [[nodiscard]] bool happened() noexcept; // since begin(); true when the kernel does not say

private:
    struct Slices {
        std::uint64_t waited_ns = 0;
        std::uint64_t count = 0;
        bool operator==(const Slices&) const = default;
    };
    [[nodiscard]] bool read(Slices& slices) noexcept;

    int file_ = -1;
    Slices at_begin_;
};

} // namespace sluice::bench
