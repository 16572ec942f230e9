// A phone's connections: out of GTP-U, through NAT, to the internet.
#include "tests/bench/cases/nat_flows.hpp"
#include "tests/bench/world.hpp"

namespace sluice::bench {
namespace {

constexpr std::uint32_t most_phones = 10'000;

std::uint32_t phones(std::size_t flows)
{
    return static_cast<std::uint32_t>(std::min<std::size_t>(flows, most_phones));
}

void configure_phones(config::Config& config, std::size_t count)
{
    set_phones(config, phones(count));
    hold_sessions(config, count);
}

Prepared prepare_phones(Node& node, std::size_t count)
{
    const auto flows = std::make_shared<NatFlows>(count, behind_gtpu(phones(count)), Phone::address(0), phones(count));
    establish(node, flows);
    return timed_outward(flows);
}

} // namespace

std::vector<Case> phone_cases()
{
    return {{"gtpu-decap-nat44", "flows", {64 * thousand}, {{64 * thousand, 90}}, configure_phones, prepare_phones}};
}

} // namespace sluice::bench
