#include "control/presence/wanted.hpp"

#include <algorithm>

namespace sluice::control::presence {
namespace {

WantedVpc vpc_of(const config::Network& network)
{
    WantedVpc vpc;
    vpc.vni = *network.vni;
    vpc.mtu = network.mtu;
    for (const auto& [name, subnet] : network.subnets)
        vpc.gateways.insert({subnet.gateway, subnet.prefix.length});
    for (const config::TunnelNeighbor& machine : network.neighbors) {
        vpc.neighbors[machine.address] = machine.mac;
        vpc.homes[machine.mac] = machine.vtep;
    }
    return vpc;
}

bool has_address(const config::Interface& interface, const IpAddress& address)
{
    return std::any_of(interface.addresses.begin(), interface.addresses.end(),
                       [&](const Prefix& own) { return own.address == address; });
}

bool any_interface_has(const config::Config& config, const IpAddress& address)
{
    const auto has = [&](const auto& named) { return has_address(named.second, address); };
    return std::any_of(config.ports.begin(), config.ports.end(), has) ||
           std::any_of(config.vlans.begin(), config.vlans.end(), has);
}

} // namespace

bool is_present_in(const config::Config& config, const std::string& network)
{
    const auto found = config.networks.find(network);
    if (found == config.networks.end()) return false;
    const config::Network& settings = found->second;
    return settings.presence && settings.vni && config.vxlan.vtep && !settings.subnets.empty();
}

Wanted wanted_presence(const config::Config& config)
{
    Wanted wanted;
    for (const auto& [name, network] : config.networks)
        if (is_present_in(config, name)) wanted.vpcs[name] = vpc_of(network);
    if (wanted.vpcs.empty()) return wanted;
    wanted.vtep = config.vxlan.vtep;
    wanted.vtep_needs_home = !any_interface_has(config, *wanted.vtep);
    wanted.port = config.vxlan.port;
    wanted.mac = config.vxlan.gateway_mac;
    return wanted;
}

} // namespace sluice::control::presence
