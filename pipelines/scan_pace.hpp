// How fast ageing walks through the sessions of one family. The whole array once a second while that is cheap, for a
// session ends up to one walk after its time; a large array at 200,000 pairs a second, but in ten seconds at most. When
// room is short, or many sessions of the last walk had ended, once a second again, so that their places come back.
#pragma once

#include <algorithm>
#include <cstdint>

namespace sluice {

class ScanPace {
public:
    static constexpr std::uint32_t pairs_per_s = 200'000;
    static constexpr std::uint64_t shortest_s = 1;
    static constexpr std::uint64_t longest_s = 10;

    explicit ScanPace(std::uint64_t tsc_hz)
        : hz_(tsc_hz)
    {
    }

    [[nodiscard]] std::uint32_t next() const { return next_; }
    // How many pairs from next() on should have been visited at `now` (TSC ticks, never going back) and were not;
    // `used`: the array's high-water mark.
    [[nodiscard]] std::uint32_t due(std::uint64_t now, std::uint32_t used);
    // `pairs` of what was due have been visited, and `ended` of them were over.
    void advance(std::uint32_t pairs, std::uint32_t ended);
    // From now on at most once a second, until a walk says otherwise: room is short.
    void hurry() { period_s_ = shortest_s; }

    [[nodiscard]] std::uint64_t walks() const { return walks_; } // begun so far
    [[nodiscard]] std::uint64_t period_s() const { return period_s_; }

private:
    void begin(std::uint64_t now, std::uint32_t used);

    std::uint64_t hz_;
    std::uint64_t begun_ = 0; // when the walk was due to begin
    std::uint64_t period_s_ = 0;
    std::uint64_t walks_ = 0;
    std::uint32_t next_ = 0;
    std::uint32_t ended_ = 0; // in this walk
};

inline std::uint32_t ScanPace::due(std::uint64_t now, std::uint32_t used)
{
    if (walks_ == 0 || (next_ >= used && now - begun_ >= period_s_ * hz_)) begin(now, used);
    constexpr unsigned unit = 10; // cycles are counted in 2^unit, so that the product fits into 64 bits
    const std::uint64_t period = period_s_ * hz_ >> unit;
    const std::uint64_t elapsed = std::min((now - begun_) >> unit, period);
    const auto target = static_cast<std::uint32_t>(elapsed * used / period);
    return target > next_ ? target - next_ : 0;
}

// In step with the walk before it, unless that one came late.
inline void ScanPace::begin(std::uint64_t now, std::uint32_t used)
{
    const std::uint64_t period = period_s_ * hz_;
    begun_ = now - begun_ < 2 * period ? begun_ + period : now;
    const bool many_ended = ended_ > used / 16;
    period_s_ = many_ended ? shortest_s : std::clamp<std::uint64_t>(used / pairs_per_s, shortest_s, longest_s);
    ++walks_;
    next_ = 0;
    ended_ = 0;
}

inline void ScanPace::advance(std::uint32_t pairs, std::uint32_t ended)
{
    next_ += pairs;
    ended_ += ended;
}

} // namespace sluice
