// The checks of all targets, in the order of what is due next. Each target has one entry in the queue: the begin of its
// next check, or the end of its patience with the one under way. Thousands of targets cost a logarithm each.
//
// Example, interval 2 s, time-out 1 s, jitter 100 ms: begins at 0 s, ends by 1 s at the latest, next between 1.9 and 2
// s.
#pragma once

#include <random>
#include <set>
#include <unordered_map>
#include <vector>

#include "control/health/connector.hpp"
#include "control/health/judge.hpp"

namespace sluice::control::health {

class Checker {
public:
    using Clock = std::chrono::steady_clock;

    Checker(Connector& connector, std::uint32_t seed);

    // These from now on, and no others. What was checked before goes on as it was.
    void want(const Targets& targets, Clock::time_point now);

    // Begins what is due, gives up what takes too long; returns when something will be due again. Ends that are known
    // must have been told before, so that a process which was stopped for a while takes nobody for silent.
    [[nodiscard]] Clock::time_point step(Clock::time_point now);

    // The connection `id` has ended. One that nobody waits for is ignored.
    void ended(std::uint64_t id, const Outcome& outcome, Clock::time_point now);

    // What is different since the last call, in the order in which it happened.
    [[nodiscard]] std::vector<Change> take_changes();

private:
    struct Check {
        Target target;
        Judge judge;
        std::optional<Verdict> told;
        Clock::time_point began{};
        Clock::time_point due{};
        bool under_way = false;
    };
    using Checks = std::unordered_map<std::uint64_t, Check>;

    void add(const Target& target, bool assumed_up, Clock::time_point due);
    void drop(std::uint64_t id);
    void schedule(std::uint64_t id, Check& check, Clock::time_point due);
    void begin(std::uint64_t id, Check& check, Clock::time_point now);
    void take(std::uint64_t id, Check& check, const Outcome& outcome, Clock::time_point now);
    void tell(Check& check, bool changed, std::string reason);
    [[nodiscard]] Clock::duration chance(Clock::duration most);

    Connector& connector_;
    std::minstd_rand random_;
    std::uint64_t next_id_ = 1;
    std::map<Target, std::uint64_t> ids_;
    Checks checks_;
    std::set<std::pair<Clock::time_point, std::uint64_t>> queue_;
    std::vector<Change> changes_;
};

} // namespace sluice::control::health
