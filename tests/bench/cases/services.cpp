// Load balancing by rewriting the destination: backends on the campus, in plain frames, and machines behind VXLAN.
#include "tests/bench/cases/service_flows.hpp"
#include "tests/bench/world.hpp"

namespace sluice::bench {
namespace {

Prepared timed(Node& node, const Shared& flows)
{
    establish(node, flows);
    return timed_outward(flows);
}

Prepared on_campus(Node& node, std::size_t count)
{
    return timed(node, campus_service_flows(count, Family::v4));
}

Prepared on_campus6(Node& node, std::size_t count)
{
    return timed(node, campus_service_flows(count, Family::v6));
}

Prepared in_shop(Node& node, std::size_t count)
{
    return timed(node, shop_service_flows(count));
}

void campus(config::Config& config, std::size_t count)
{
    set_backends(config, Backends::campus);
    hold_sessions(config, count);
}

void campus6(config::Config& config, std::size_t count)
{
    set_backends(config, Backends::campus);
    hold_sessions6(config, count);
}

} // namespace

std::vector<Case> service_cases()
{
    const std::vector<std::size_t> counts{1, 64 * thousand, million};
    return {{"l4lb-dnat", "flows", counts, {{1, 36}, {64 * thousand, 50}, {million, 80}}, campus, on_campus},
            {"l4lb-dnat6", "flows", counts, {{1, 48}, {64 * thousand, 62}, {million, 92}}, campus6, on_campus6},
            {"service-dnat-vxlan", "flows", {64 * thousand}, {{64 * thousand, 75}}, hold_sessions, in_shop}};
}

} // namespace sluice::bench
