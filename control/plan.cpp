#include "control/plan.hpp"

#include "control/interfaces.hpp"
#include "control/restart.hpp"

namespace sluice::control {
namespace {

std::map<std::string, registry::Names> asked_of_registries(const config::Config& settings)
{
    std::map<std::string, registry::Names> asked;
    for (const auto& [name, service] : settings.services)
        if (!service.registry.empty()) asked[service.registry].insert(service.registry_service);
    return asked;
}

} // namespace

Plan make_plan(Configuration configuration, const std::optional<config::Config>& started,
               const registry::Registries& running)
{
    HeldBack held = started ? hold_back(*started, configuration.settings) : HeldBack{configuration.settings, {}};
    registry::Registries registries =
        running.with(configuration.settings.registries, asked_of_registries(configuration.settings));
    return {std::move(configuration), std::move(held.effective), std::move(held.needs_restart), std::move(registries)};
}

netlink::Wanted wanted_of_kernel(const config::Config& effective, std::set<NeighborPlace> next_hops)
{
    netlink::Wanted wanted;
    const Interfaces interfaces(effective);
    for (const auto& [name, settings] : interfaces.entries())
        wanted.links[name] = {{settings->addresses.begin(), settings->addresses.end()}, settings->mtu};
    for (const auto& [name, port] : effective.ports)
        wanted.links[name].of_kernel = port.kernel_interface;
    wanted.next_hops = std::move(next_hops);
    return wanted;
}

} // namespace sluice::control
