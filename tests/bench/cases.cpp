#include "tests/bench/cases.hpp"

#include <algorithm>

namespace sluice::bench {

std::vector<Case> all_cases()
{
    std::vector<Case> all;
    for (auto part : {forward_cases, nat44_cases, service_cases, tunnel_cases, phone_cases, icmp_cases,
                      new_session_cases, churn_cases, two_worker_cases, flood_cases, ageing_cases})
        for (Case& one : part())
            all.push_back(std::move(one));
    return all;
}

void hold_sessions(config::Config& config, std::size_t sessions)
{
    const auto needed = static_cast<std::uint32_t>(sessions + sessions / 2); // the node keeps a quarter for IPv6
    config.memory.sessions = std::max(config.memory.sessions, needed);
}

void hold_sessions6(config::Config& config, std::size_t sessions)
{
    const auto needed = static_cast<std::uint32_t>(4 * sessions + sessions / 2); // of which a quarter is IPv6's
    config.memory.sessions = std::max(config.memory.sessions, needed);
}

} // namespace sluice::bench
