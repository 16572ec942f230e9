// How fast ageing walks through the sessions of one family. The whole array once a second while that is cheap, for a
// session ends up to one walk after its time; a large array at 200,000 pairs a second, but in ten seconds at most. Once
// a second again when room is short, when many sessions of the last walk had ended, or when in this one many more have
// come than gone: millions that live for a second only would fill the table before a long walk has seen them.
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
    // How many pairs from next() on should have been visited at `now` (TSC ticks, never going back) and were not.
    // `used`: the array's high-water mark; `live`: how many sessions there are. A walk ends where the mark stood when
    // it began: following the mark, it would not come back to what it has seen as long as the table grows.
    [[nodiscard]] std::uint32_t due(std::uint64_t now, std::uint32_t used, std::uint32_t live);
    // `pairs` of what was due have been visited, and `ended` of them were over.
    void advance(std::uint32_t pairs, std::uint32_t ended);
    // From now on at most once a second, until a walk says otherwise: room is short.
    void hurry() { period_s_ = shortest_s; }

    [[nodiscard]] std::uint64_t walks() const { return walks_; } // begun so far
    [[nodiscard]] std::uint64_t period_s() const { return period_s_; }

private:
    static constexpr std::uint32_t many = 16; // of so many one

    void begin(std::uint64_t now, std::uint32_t used, std::uint32_t live);

    std::uint64_t hz_;
    std::uint64_t begun_ = 0; // when the walk was due to begin
    std::uint64_t period_s_ = 0;
    std::uint64_t walks_ = 0;
    std::uint32_t next_ = 0;
    std::uint32_t ended_ = 0; // in this walk
    std::uint32_t used_ = 0;  // when it began
    std::uint32_t live_ = 0;
};

inline std::uint32_t ScanPace::due(std::uint64_t now, std::uint32_t used, std::uint32_t live)
{
    if (walks_ == 0 || (next_ >= used_ && now - begun_ >= period_s_ * hz_)) begin(now, used, live);
    if (live > live_ && live - live_ > used_ / many) hurry();
    constexpr unsigned unit = 10; // cycles are counted in 2^unit, so that the product fits into 64 bits
    const std::uint64_t period = period_s_ * hz_ >> unit;
    const std::uint64_t elapsed = std::min((now - begun_) >> unit, period);
    const auto target = static_cast<std::uint32_t>(elapsed * used_ / period);
    return target > next_ ? target - next_ : 0;
}

// In step with the walk before it, unless that one came late.
inline void ScanPace::begin(std::uint64_t now, std::uint32_t used, std::uint32_t live)
{
    const std::uint64_t period = period_s_ * hz_;
    begun_ = now - begun_ < 2 * period ? begun_ + period : now;
    const bool many_ended = ended_ > used / many;
    period_s_ = many_ended ? shortest_s : std::clamp<std::uint64_t>(used / pairs_per_s, shortest_s, longest_s);
    ++walks_;
    next_ = 0;
    ended_ = 0;
    used_ = used;
    live_ = live;
}

inline void ScanPace::advance(std::uint32_t pairs, std::uint32_t ended)
{
    next_ += pairs;
    ended_ += ended;
}

} // namespace sluice
