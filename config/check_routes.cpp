// Rules about static routes and neighbours.
#include <algorithm>

#include "config/check_support.hpp"
#include "config/rules.hpp"

namespace sluice::config {
namespace {

// The subnets of one interface, or nothing when there is no such interface.
std::vector<PlacedPrefix> subnets_of(const Config& config, const std::string& interface)
{
    std::vector<PlacedPrefix> subnets;
    for (const PlacedInterface& placed : interfaces_of(config)) {
        if (placed.name != interface) continue;
        for (const Prefix& address : placed.interface->addresses)
            subnets.push_back({address, placed.path});
    }
    return subnets;
}

bool require_interface(const Config& config, const std::string& name, const std::string& path, Findings& findings)
{
    std::vector<std::string> names;
    for (const PlacedInterface& placed : interfaces_of(config))
        names.push_back(placed.name);
    if (std::find(names.begin(), names.end(), name) != names.end()) return true;
    report_unknown(names, name, "interface", path, findings);
    return false;
}

void check_next_hop(const Config& config, const StaticRoute& route, const std::string& path, Findings& findings)
{
    const bool by_interface = !route.interface.empty();
    const std::string holder = by_interface ? "interface " + route.interface : "network " + route.network;
    const auto subnets = by_interface ? subnets_of(config, route.interface) : prefixes_of(config, route.network);
    const PlacedPrefix* subnet = covering(subnets, route.via);
    if (subnet == nullptr)
        findings.error(path + ".via",
                       route.via.text() + " is in no subnet of " + holder + "; write a next hop that is on the link");
    else if (subnet->prefix.address == route.via)
        findings.error(path + ".via", route.via.text() + " is our own address; write the neighbour's");
}

} // namespace

void check_routes(const Config& config, Findings& findings)
{
    Claims<std::pair<std::string, Prefix>> prefixes(findings);
    for (std::size_t i = 0; i < config.routes.size(); ++i) {
        const StaticRoute& route = config.routes[i];
        const std::string path = item("routes", i);
        const bool network_known = route.network == public_network || config.networks.contains(route.network);
        require_network(config, route.network, path + ".network", findings);
        const bool interface_known =
            route.interface.empty() || require_interface(config, route.interface, path + ".interface", findings);
        if (route.prefix.address.is_v4() != route.via.is_v4())
            findings.error(path + ".via", route.via.text() + " is of another family than " + route.prefix.text() +
                                              "; write a next hop of the same");
        else if (network_known && interface_known)
            check_next_hop(config, route, path, findings);
        if (const auto clash = prefixes.claim({route.network, route.prefix}, path + ".prefix"))
            findings.error(clash->later, route.prefix.text() + " is also " + line_of(findings, clash->earlier) +
                                             "; a static route has one next hop");
    }
}

void check_neighbors(const Config& config, Findings& findings)
{
    Claims<std::pair<std::string, IpAddress>> neighbors(findings);
    for (std::size_t i = 0; i < config.neighbors.size(); ++i) {
        const StaticNeighbor& neighbor = config.neighbors[i];
        const std::string path = item("neighbors", i);
        if (!require_interface(config, neighbor.interface, path + ".interface", findings)) continue;
        const auto subnets = subnets_of(config, neighbor.interface);
        const PlacedPrefix* subnet = covering(subnets, neighbor.address);
        const std::string address = neighbor.address.text();
        if (subnet == nullptr)
            findings.error(path + ".address", address + " is in no subnet of interface " + neighbor.interface +
                                                  "; write a neighbour that is on the link");
        else if (subnet->prefix.address == neighbor.address)
            findings.error(path + ".address", address + " is our own address; write the neighbour's");
        if (const auto clash = neighbors.claim({neighbor.interface, neighbor.address}, path + ".address"))
            findings.error(clash->later, address + " is also " + line_of(findings, clash->earlier) +
                                             "; a neighbour has one MAC address");
    }
}

} // namespace sluice::config
