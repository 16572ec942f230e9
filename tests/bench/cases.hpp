// What is measured: per case how the node is configured for a number of flows or tunnels, how its sessions come to be,
// which train is timed, and what each packet of it must become.
#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "config/schema.hpp"
#include "tests/bench/node.hpp"
#include "tests/bench/pass.hpp"
#include "tests/bench/train.hpp"

namespace sluice::bench {

struct Prepared {
    Train train; // in the order in which it is timed
    Oracle oracle;
    std::uint64_t sessions = 0; // that the node must have, exactly
};

struct Budget {
    std::size_t count;
    double cycles;
};

struct Case {
    std::string_view name;
    std::string_view unit; // "flows" or "tunnels"
    std::vector<std::size_t> counts;
    std::vector<Budget> budgets; // where there is none for a count, none is printed
    bool every_burst = false;    // 8, 32 and 64 unless the command line says otherwise
    std::function<void(config::Config&, std::size_t count)> configure;
    std::function<Prepared(Node&, std::size_t count)> prepare;
};

inline constexpr std::size_t thousand = 1'000;
inline constexpr std::size_t million = 1'000'000;

// One per folder of the pipelines, more or less.
[[nodiscard]] std::vector<Case> forward_cases();
[[nodiscard]] std::vector<Case> nat44_cases();

[[nodiscard]] std::vector<Case> all_cases();

// Room for `sessions` IPv4 sessions, and never less than the example has.
void hold_sessions(config::Config& config, std::size_t sessions);

} // namespace sluice::bench
