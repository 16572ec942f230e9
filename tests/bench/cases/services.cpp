// Load balancing: by rewriting the destination, with backends on the campus, in plain frames, and machines behind
// VXLAN; and in the tunnel to the machine alone, with sessions and without.
#include "tests/bench/cases/direct_flows.hpp"
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

Prepared by_tunnel(Node& node, std::size_t count)
{
    return timed(node, DirectFlows::make(count));
}

Prepared by_ring(Node& node, std::size_t count)
{
    Prepared prepared = by_tunnel(node, count);
    prepared.sessions = 0;
    return prepared;
}

void direct(config::Config& config, std::size_t count)
{
    set_direct(config, true);
    hold_sessions(config, count);
}

void stateless(config::Config& config, std::size_t)
{
    set_direct(config, false);
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
            {"l4lb-tunnel", "flows", counts, {{1, 36}, {64 * thousand, 50}, {million, 80}}, direct, by_tunnel},
            {"l4lb-stateless", "flows", counts, {{1, 32}, {64 * thousand, 32}, {million, 32}}, stateless, by_ring},
            {"service-dnat-vxlan", "flows", {64 * thousand}, {{64 * thousand, 75}}, hold_sessions, in_shop}};
}

} // namespace sluice::bench
