// What is measured: per case how the node is configured for a number of flows or tunnels, how its sessions come to be,
// which train is timed, and what each packet of it must become.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "config/schema.hpp"
#include "tests/bench/measurement.hpp"
#include "tests/bench/node.hpp"
#include "tests/bench/pass.hpp"
#include "tests/bench/report.hpp"
#include "tests/bench/train.hpp"

namespace sluice::bench {

// Rows in which each packet begins a session, which ends soon after.
struct NewSessions {
    std::chrono::milliseconds life{0}; // until its end at the latest
    double most_per_second = 0;        // on average; what lives must fit
};

struct Prepared {
    Train train; // in the order in which it is timed
    Oracle oracle;
    std::uint64_t sessions = 0;           // that the node must have at the end, exactly
    std::size_t judged = ~std::size_t{0}; // packets of the train that the pass sends, when all are too many
    std::optional<NewSessions> new_sessions{};
    std::optional<Train> other{}; // of rows that send two at a time
    Oracle other_oracle{};
};

// For rows that are measured in a way of their own.
struct Measuring {
    Rig& rig;
    Effort effort;
    bool quick = false;
};
// Fills the row; what was wrong, or nothing.
using Measure = std::function<std::string(const Measuring& with, Row& row, Node& node, Prepared& prepared)>;

struct Budget {
    std::size_t count;
    double cycles;
};

struct Case {
    std::string_view name;
    std::string_view unit; // "flows" or "tunnels"
    std::vector<std::size_t> counts;
    std::vector<Budget> budgets; // for bursts of 64; where there is none for a count, none is printed
    std::function<void(config::Config&, std::size_t count)> configure;
    std::function<Prepared(Node&, std::size_t count)> prepare;
    bool every_burst = false; // 8, 32 and 64 unless the command line says otherwise
    Adjust adjust{};
    // Called ten times a second while the row is timed. Its budget is then 5 % above the same row without.
    std::function<void(Node&)> meanwhile{};
    unsigned workers = 1;
    Measure measure{};
};

inline constexpr std::size_t thousand = 1'000;
inline constexpr std::size_t million = 1'000'000;

// A file of cases/ each.
[[nodiscard]] std::vector<Case> forward_cases();
[[nodiscard]] std::vector<Case> nat44_cases();
[[nodiscard]] std::vector<Case> service_cases();
[[nodiscard]] std::vector<Case> tunnel_cases();
[[nodiscard]] std::vector<Case> phone_cases();
[[nodiscard]] std::vector<Case> icmp_cases();
[[nodiscard]] std::vector<Case> new_session_cases();
[[nodiscard]] std::vector<Case> churn_cases();
[[nodiscard]] std::vector<Case> two_worker_cases();
[[nodiscard]] std::vector<Case> flood_cases();
[[nodiscard]] std::vector<Case> ageing_cases();

[[nodiscard]] std::vector<Case> all_cases();

// Room for that many sessions of one family, and never less than the example has.
void hold_sessions(config::Config& config, std::size_t sessions);
void hold_sessions6(config::Config& config, std::size_t sessions);

} // namespace sluice::bench
