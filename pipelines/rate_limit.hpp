// At most so many per second, unused ones saved up for a tenth of a second (RFC 4443 section 2.4 f, RFC 1812 section
// 4.3.2.8: ICMP errors must be limited, with some burst).
#pragma once

#include <algorithm>
#include <cstdint>

namespace sluice {

class RateLimit {
public:
    static constexpr std::uint32_t unlimited = 1U << 30; // no rate saves up more

    // `per_second` 0: as many as there are. `at_once`: how many may be saved up.
    RateLimit(std::uint64_t tsc_hz, std::uint32_t per_second, std::uint32_t at_once = unlimited)
        : interval_(per_second == 0 ? 0 : tsc_hz / per_second)
        , most_saved_(std::min(tsc_hz / 10, interval_ * at_once))
    {
    }

    // Whether none is allowed before that; `now` in TSC ticks, never going back.
    [[nodiscard]] bool is_spent(std::uint64_t now) const noexcept { return next_ > now; }
    // How many it would allow now, `most` at most.
    [[nodiscard]] unsigned allowance(std::uint64_t now, unsigned most) const noexcept
    {
        const std::uint64_t next = due(now);
        if (next > now) return 0;
        return interval_ * most <= now - next ? most : static_cast<unsigned>((now - next) / interval_) + 1;
    }
    [[nodiscard]] bool allows(std::uint64_t now) noexcept
    {
        next_ = due(now);
        if (next_ > now) return false;
        next_ += interval_;
        return true;
    }

private:
    [[nodiscard]] std::uint64_t due(std::uint64_t now) const noexcept
    {
        return std::max(next_, now > most_saved_ ? now - most_saved_ : 0);
    }

    std::uint64_t interval_;
    std::uint64_t most_saved_;
    std::uint64_t next_ = 0;
};

} // namespace sluice
