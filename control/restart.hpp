// What only a restart of the dataplane can change, told from what may change live.
#pragma once

#include <string>
#include <vector>

#include "config/schema.hpp"

namespace sluice::control {

struct HeldBack {
    config::Config effective;               // `wanted`, with every start-time key as it was in `started`
    std::vector<std::string> needs_restart; // "ports.fabric.queues 4 → 8"
};

// `started` is what the dataplane runs. Interfaces that only one of the two has stay as they were started.
[[nodiscard]] HeldBack hold_back(const config::Config& started, const config::Config& wanted);

} // namespace sluice::control
