// Whether the operator has drained the node: a file in the state folder, so that it outlives restarts of everything.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "dataplane/base/result.hpp"

namespace sluice::control::announce {

class DrainMark {
public:
    using Clock = std::chrono::system_clock;

    // `folder` exists. A mark that is there counts, whatever is in it.
    explicit DrainMark(const std::string& folder);

    [[nodiscard]] const std::optional<Clock::time_point>& since() const { return since_; } // nullopt: not drained

    // What cannot be written down is refused: it would come back with the next start.
    [[nodiscard]] Result<void> set(bool drained, Clock::time_point now);

private:
    std::string path_;
    std::optional<Clock::time_point> since_;
};

} // namespace sluice::control::announce
