// Which neighbours to ask the control process for. Workers repeat a wish for as long as packets wait; each address goes
// out once per interval, and a scan of a large subnet by an outsider cannot flood the control process.
// Written and read by the table server's thread; remembers at most `most_remembered` addresses; when full, further ones
// are refused until the interval has passed, and the workers wish again.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>

#include "dataplane/neighbor_request.hpp"

namespace sluice::dataplane {

class NeighborWishes {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::milliseconds interval{250};
    static constexpr std::size_t most_remembered = 1'024; // so at most 4,096 per second

    // Whether this one goes out now.
    [[nodiscard]] bool is_due(const NeighborRequest& wish, Clock::time_point now)
    {
        if (asked_.contains(wish) || asked_.size() >= most_remembered) return false;
        asked_.emplace(wish, now);
        return true;
    }
    void forget_old(Clock::time_point now)
    {
        std::erase_if(asked_, [&](const auto& entry) { return now - entry.second >= interval; });
    }

private:
    std::map<NeighborRequest, Clock::time_point> asked_;
};

} // namespace sluice::dataplane
