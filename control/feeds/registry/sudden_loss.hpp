// The loss of most of a registry at once is more often an accident of who writes it than a decision: it is held back
// until an operator confirms it. Few endpoints are let go without question, or nobody could shrink a small service.
#pragma once

#include <cstdint>

#include "control/feeds/registry/feed.hpp"

namespace sluice::control::registry {

[[nodiscard]] inline std::uint64_t endpoints(const Services& services)
{
    std::uint64_t count = 0;
    for (const auto& [name, backends] : services)
        count += backends.size();
    return count;
}

// More than half of at least `least_watched` endpoints.
[[nodiscard]] inline bool is_sudden_loss(std::uint64_t before, std::uint64_t after)
{
    constexpr std::uint64_t least_watched = 8;
    return before >= least_watched && after * 2 < before;
}

} // namespace sluice::control::registry
