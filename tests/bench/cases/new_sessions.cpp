// The first packet of a flow: a SYN for which the node finds a public port or a backend and makes a session, into a
// table that holds established ones. Sessions that stay half open end after a second, so as many end as begin; a flow's
// SYN comes again only when its session has long ended.
#include <algorithm>

#include "tests/bench/cases/nat_flows.hpp"
#include "tests/bench/cases/service_flows.hpp"
#include "tests/bench/world.hpp"

namespace sluice::bench {
namespace {

constexpr std::chrono::seconds timeout{1};
// The timeout, a whole scan of the table and a grace period, and time for a thread that waits for its core.
constexpr std::chrono::milliseconds longest_life{3'500};
constexpr double most_per_second = 3.5e6;
constexpr std::size_t most_new = 16 * million;
constexpr std::size_t new_per_established = 16;
constexpr std::uint32_t flows_per_new_subscriber = 64;

std::uint32_t fresh(std::size_t established)
{
    return static_cast<std::uint32_t>(std::min(established * new_per_established, most_new));
}

// All that may live at a time.
void configure_new(config::Config& config, std::size_t count)
{
    set_backends(config, Backends::campus);
    hold_sessions(config, count + std::min<std::size_t>(fresh(count), 12 * million));
}

void end_soon(config::Config& config)
{
    config.nat.timeouts.tcp_transitory = timeout;
}

Prepared opening(Node& node, const Shared& flows, std::size_t established)
{
    node.reconfigure(end_soon);
    Train train = outward(*flows, all_of(*flows), TcpFlags::syn);
    train.shuffle(flows->count());
    return {std::move(train), oracle_opening(flows, all_of(*flows)), established, million,
            NewSessions{longest_life, most_per_second}};
}

Prepared by_nat(Node& node, std::size_t count)
{
    const std::shared_ptr<NatFlows> before = campus_flows(count);
    establish(node, before);
    const std::uint32_t subscribers = std::max(fresh(count) / flows_per_new_subscriber, 1U);
    const std::uint32_t behind_them = campus_first + 0x40000; // 262,144 subscribers are established at most
    const auto flows =
        std::make_shared<NatFlows>(fresh(count), plain(campus_port, campus_router(0)), behind_them, subscribers);
    flows->live_for(timeout, *before);
    return opening(node, flows, count);
}

Prepared by_service(Node& node, std::size_t count)
{
    establish(node, campus_service_flows(count, Family::v4));
    return opening(node, campus_service_flows(fresh(count), Family::v4, static_cast<std::uint32_t>(count)), count);
}

} // namespace

std::vector<Case> new_session_cases()
{
    return {{"nat44-new", "flows", {million}, {{million, 800}}, configure_new, by_nat},
            {"l4lb-new", "flows", {million}, {{million, 180}}, configure_new, by_service}};
}

} // namespace sluice::bench
