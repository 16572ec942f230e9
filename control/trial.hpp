// A configuration that goes back by itself unless it is confirmed, as it outlives the process: one line in the file
// `trial` of the state folder. It stays there after the time has passed, so that a restart with the same file does not
// bring back what was taken back; the next configuration that somebody applies or confirms removes it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "dataplane/base/result.hpp"

namespace sluice::control {

struct Trial {
    using WallClock = std::chrono::system_clock; // a machine that was away for the time has missed it

    std::uint64_t number = 0;  // the configuration on trial
    std::uint64_t back_to = 0; // the last one that somebody wanted for good
    WallClock::time_point deadline;
    bool operator==(const Trial&) const = default;
};

class TrialFile {
public:
    explicit TrialFile(const std::string& folder)
        : path_(folder + "/trial")
    {
    }

    [[nodiscard]] std::optional<Trial> read() const; // nullopt: none, or one that is unreadable
    // Written beside and renamed. nullopt: there is none.
    [[nodiscard]] Result<void> write(const std::optional<Trial>& trial) const;

private:
    std::string path_;
};

} // namespace sluice::control
