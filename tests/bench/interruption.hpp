// Whether a thread's core did anything else meanwhile: ran another thread, or served an interrupt (/proc/interrupts; a
// timer tick alone takes 14 µs in a guest). The look takes 100 µs: for what is seldom timed, outside of it. What the
// hypervisor does instead of us nobody sees.
#pragma once

#include <cstdint>

#include "tests/bench/preemption.hpp"

namespace sluice::bench {

class Interruption {
public:
    // In the thread that is watched, which stays on its core, every time.
    void begin();
    [[nodiscard]] bool happened(); // since begin(); true when the kernel does not say

private:
    Preemption preemption_;
    unsigned core_ = 0;
    std::uint64_t at_begin_ = 0;
};

} // namespace sluice::bench
