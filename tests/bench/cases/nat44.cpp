// NAT of the campus' private addresses to the carrier's pool, both sides plain IPv4.
#include "tests/bench/cases/nat_flows.hpp"

namespace sluice::bench {
namespace {

Prepared established_out(Node& node, std::size_t count)
{
    const Shared flows = campus_flows(count);
    establish(node, flows);
    return timed_outward(flows);
}

Prepared established_in(Node& node, std::size_t count)
{
    const Shared flows = campus_flows(count);
    establish(node, flows);
    return timed_inward(flows);
}

} // namespace

std::vector<Case> nat44_cases()
{
    const std::vector<std::size_t> counts{1, thousand, 16 * thousand, 64 * thousand, million, 8 * million};
    const std::vector<Budget> budgets{{1, 36},       {thousand, 40},    {16 * thousand, 45}, {64 * thousand, 50},
                                      {million, 80}, {8 * million, 110}};
    Case out{"nat44-established-out", "flows", counts, budgets, hold_sessions, established_out};
    out.every_burst = true;
    return {out, {"nat44-established-in", "flows", counts, budgets, hold_sessions, established_in}};
}

} // namespace sluice::bench
