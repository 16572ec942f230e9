// How many packets of each class a worker may hand to the kernel per second. The generic cell rate algorithm: one time
// per class, the moment at which the class has used up what it was given; no tokens to refill, no clock but the TSC.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "dataplane/burst/outlets.hpp"

namespace sluice::dataplane {

struct PuntRate {
    std::uint64_t per_second = 0;
    std::uint64_t burst = 0; // packets that may come at once after a quiet time
};

// Routing first: a session that flaps costs more than a ping that is lost.
inline constexpr std::array<PuntRate, punt_class_count> default_punt_rates{{
    {20'000, 2'000}, // routing: BGP of a full table at a few megabytes per second, BFD of many peers
    {2'000, 500},    // neighbor
    {1'000, 200},    // icmp
    {10'000, 1'000}, // tenant: answers to the health checks of some thousand backends
    {5'000, 500},    // other
}};

class PuntBudget {
public:
    PuntBudget(std::uint64_t ticks_per_second, const std::array<PuntRate, punt_class_count>& rates) noexcept
    {
        for (unsigned i = 0; i < punt_class_count; ++i) {
            interval_[i] = ticks_per_second / std::max<std::uint64_t>(rates[i].per_second, 1);
            tolerance_[i] = interval_[i] * rates[i].burst;
        }
    }

    [[nodiscard]] bool allows(PuntClass punt_class, std::uint64_t now) const noexcept
    {
        const auto i = static_cast<std::size_t>(punt_class);
        return used_until_[i] <= now + tolerance_[i];
    }
    void spend(PuntClass punt_class, std::uint64_t now) noexcept
    {
        const auto i = static_cast<std::size_t>(punt_class);
        used_until_[i] = std::max(used_until_[i], now) + interval_[i];
    }

private:
    std::array<std::uint64_t, punt_class_count> interval_{};
    std::array<std::uint64_t, punt_class_count> tolerance_{};
    std::array<std::uint64_t, punt_class_count> used_until_{};
};

} // namespace sluice::dataplane
