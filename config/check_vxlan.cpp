// Rules about VXLAN: VNIs, VTEPs, and where virtual machines live.
#include "config/check_support.hpp"
#include "config/rules.hpp"

namespace sluice::config {
namespace {

bool any_terminates(const Config& config, bool Terminates::*tunnel)
{
    for (const PlacedInterface& placed : interfaces_of(config))
        if (placed.interface->terminates.*tunnel) return true;
    return false;
}

void check_neighbor(const Network& network, const std::string& path, const TunnelNeighbor& neighbor,
                    const std::vector<PlacedPrefix>& subnets, Findings& findings)
{
    const std::string address = neighbor.address.text();
    if (covering(subnets, neighbor.address) == nullptr)
        findings.error(path + ".address",
                       address + " is in no subnet of its network; write one that is, or add the subnet");
    for (const auto& [name, subnet] : network.subnets)
        if (subnet.gateway == neighbor.address)
            findings.error(path + ".address",
                           address + " is the gateway of subnet " + name + "; a machine has another one");
}

void check_vtep(const IpAddress& ours, const IpAddress& theirs, const std::string& path, Findings& findings)
{
    if (theirs == ours)
        findings.error(path, theirs.text() + " is vxlan.vtep, ours; write the VTEP of the machine's host");
    else if (theirs.is_v4() != ours.is_v4())
        findings.error(path, theirs.text() + " is of another family than vxlan.vtep, " + ours.text() +
                                 "; a tunnel has one family");
}

} // namespace

void check_terminates(const Config& config, Findings& findings)
{
    for (const PlacedInterface& placed : interfaces_of(config)) {
        if (placed.interface->terminates.vxlan && !config.vxlan.vtep)
            findings.error(placed.path + ".terminates", "vxlan needs an address to end at; write vxlan.vtep");
        if (placed.interface->terminates.gtpu && !config.gtpu.endpoint)
            findings.error(placed.path + ".terminates", "gtpu needs an address to end at; write gtpu.endpoint");
    }
    for (const auto& [name, network] : config.networks) {
        const std::string path = "networks." + name;
        if (network.vni && !any_terminates(config, &Terminates::vxlan))
            findings.warning(path + ".vni", "no interface terminates vxlan, so nothing can come back");
        if (!network.sessions.empty() && !any_terminates(config, &Terminates::gtpu))
            findings.warning(path + ".sessions", "no interface terminates gtpu, so no phone can send");
    }
}

void check_tunnel_ends(const Config& config, Findings& findings)
{
    for (const auto& [name, network] : config.networks) {
        const std::string path = "networks." + name;
        if (network.vni && !config.vxlan.vtep)
            findings.error(path + ".vni", "a VNI needs our end of the tunnels; write vxlan.vtep");
        if (!network.sessions.empty() && !config.gtpu.endpoint)
            findings.error(path + ".sessions", "sessions need our end of the tunnels; write gtpu.endpoint");
    }
}

void check_presence(const Config& config, Findings& findings)
{
    for (const auto& [name, network] : config.networks) {
        const std::string path = "networks." + name;
        if (!network.presence) continue;
        if (!network.vni)
            findings.error(path + ".presence", "the gateway is present in VPCs only; write " + path + ".vni");
        else if (network.subnets.empty())
            findings.error(path + ".presence", "the gateway has no address here; write " + path + ".subnets");
        else if (config.node.netns.empty())
            findings.error(path + ".presence", "its devices need a namespace of the node's own; write node.netns");
    }
}

void check_vnis(const Config& config, Findings& findings)
{
    Claims<std::uint32_t> vnis(findings);
    for (const auto& [name, network] : config.networks) {
        const std::string path = "networks." + name + ".vni";
        if (!network.vni) continue;
        if (const auto clash = vnis.claim(*network.vni, path))
            findings.error(clash->later, std::to_string(*network.vni) + " is also " +
                                             line_of(findings, clash->earlier) + "; a VNI is one network");
    }
}

void check_tunnel_neighbors(const Config& config, Findings& findings)
{
    for (const auto& [name, network] : config.networks) {
        const std::string path = "networks." + name + ".neighbors";
        if (!network.neighbors.empty() && !network.vni)
            findings.error(path, "virtual machines live behind VXLAN; write networks." + name + ".vni");
        const std::vector<PlacedPrefix> subnets = prefixes_of(config, name);
        Claims<IpAddress> addresses(findings);
        for (std::size_t i = 0; i < network.neighbors.size(); ++i) {
            const TunnelNeighbor& neighbor = network.neighbors[i];
            check_neighbor(network, item(path, i), neighbor, subnets, findings);
            if (const auto clash = addresses.claim(neighbor.address, item(path, i) + ".address"))
                findings.error(clash->later, neighbor.address.text() + " is also " + line_of(findings, clash->earlier) +
                                                 "; a machine lives in one place");
        }
    }
}

void check_vteps(const Config& config, Findings& findings)
{
    if (!config.vxlan.vtep) return;
    for (const auto& [name, network] : config.networks)
        for (std::size_t i = 0; i < network.neighbors.size(); ++i)
            check_vtep(*config.vxlan.vtep, network.neighbors[i].vtep,
                       item("networks." + name + ".neighbors", i) + ".vtep", findings);
}

} // namespace sluice::config
