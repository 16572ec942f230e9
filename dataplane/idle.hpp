// How long a worker with nothing to do sleeps: not at all at first, then twice as long each time, up to a bound that
// still keeps the millisecond tick.
#pragma once

#include <algorithm>
#include <chrono>

namespace sluice::dataplane {

class IdleBackoff {
public:
    static constexpr unsigned empty_polls = 64; // before the first sleep
    static constexpr std::chrono::microseconds shortest{20};
    static constexpr std::chrono::microseconds longest{500};

    void work_done() noexcept
    {
        empty_ = 0;
        next_ = shortest;
    }
    // After an empty poll: how long to sleep now; zero means poll again.
    [[nodiscard]] std::chrono::microseconds after_empty_poll() noexcept
    {
        if (empty_ < empty_polls) {
            ++empty_;
            return std::chrono::microseconds{0};
        }
        const auto now = next_;
        next_ = std::min(next_ * 2, longest);
        return now;
    }

private:
    unsigned empty_ = 0;
    std::chrono::microseconds next_ = shortest;
};

} // namespace sluice::dataplane
