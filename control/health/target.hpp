// What is checked, and what is known of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "dataplane/base/address.hpp"

namespace sluice::control::health {

// How often, how long, how many: config::Health without what does not concern the check itself.
struct Rhythm {
    std::chrono::milliseconds interval{2'000};
    std::chrono::milliseconds timeout{1'000};
    std::chrono::milliseconds jitter{0};
    std::uint32_t rise = 2;
    std::uint32_t fall = 3;
    auto operator<=>(const Rhythm&) const = default;
};

// Services that want the same check of the same endpoint share it.
struct Target {
    std::string network; // in whose namespace the connection begins
    IpAddress address;
    std::uint16_t port = 0;
    Rhythm rhythm;
    auto operator<=>(const Target&) const = default;
};

// waiting: no check has ended yet, and nothing was known before.
enum class State { waiting, up, down };

struct Verdict {
    State state = State::waiting;
    std::string reason;                          // of the last failure: "connect timed out (3 of 3)"; empty: none
    std::chrono::system_clock::time_point since; // of the state
    bool operator==(const Verdict&) const = default;
};

using Targets = std::map<Target, bool>; // true: counts as up until checks say otherwise
using Verdicts = std::map<Target, Verdict>;

struct Change {
    Target target;
    std::optional<Verdict> verdict; // nullopt: no longer checked
};

} // namespace sluice::control::health
