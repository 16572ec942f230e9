// Established NAT while routes are replaced ten times a second: all servers move to the other of two routers. A packet
// may leave by either, and by nothing else.
#include <memory>

#include "tests/bench/cases/nat_flows.hpp"
#include "tests/bench/world.hpp"

namespace sluice::bench {
namespace {

constexpr Mac other_router{0x02, 0, 0, 0, 0x02, 0x09};
constexpr std::uint32_t first_router = ipv4(198, 51, 100, 1);
constexpr std::uint32_t second_router = ipv4(198, 51, 100, 9);
constexpr unsigned route_length = 14; // sixty-four routes to 11.0.0.0/8
constexpr unsigned routes = 1U << (route_length - 8);

void lead(config::Config& config, std::uint32_t router)
{
    std::erase_if(config.routes, [](const config::StaticRoute& route) { return route.prefix.length == route_length; });
    for (unsigned i = 0; i < routes; ++i)
        config.routes.push_back({"public",
                                 {Ipv4Address{internet_first + (i << (32 - route_length))}, route_length},
                                 Ipv4Address{router},
                                 "internet",
                                 0});
}

void configure_churn(config::Config& config, std::size_t count)
{
    hold_sessions(config, count);
    config.neighbors.push_back({"internet", Ipv4Address{second_router}, {other_router}, 0});
    lead(config, first_router);
}

Prepared prepare_churn(Node& node, std::size_t count)
{
    const Shared flows = campus_flows(count);
    establish(node, flows);
    Prepared prepared = timed_outward(flows);
    prepared.oracle = [first = prepared.oracle](std::uint32_t flow, test::ByteSpan got) {
        auto expected = first(flow, got);
        if (expected && std::ranges::equal(got.first(other_router.size()), other_router))
            expected->frame.put(0, other_router);
        return expected;
    };
    return prepared;
}

std::function<void(Node&)> churn()
{
    return [turn = 0U](Node& node) mutable {
        const std::uint32_t router = ++turn % 2 == 0 ? first_router : second_router;
        node.reconfigure([router](config::Config& config) { lead(config, router); });
    };
}

} // namespace

std::vector<Case> churn_cases()
{
    Case churning{"nat44-under-route-churn", "flows", {64 * thousand, million}, {}, configure_churn, prepare_churn};
    churning.meanwhile = churn();
    return {churning};
}

} // namespace sluice::bench
