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

void check_neighbor(const Config& config, const Network& network, const std::string& path,
                    const TunnelNeighbor& neighbor, const std::vector<PlacedPrefix>& subnets, Findings& findings)
{
    const std::string address = neighbor.address.text();
    if (covering(subnets, neighbor.address) == nullptr)
        findings.error(path + ".address",
                       address + " is in no subnet of its network; write one that is, or add the subnet");
    for (const auto& [name, subnet] : network.subnets)
        if (subnet.gateway == neighbor.address)
            findings.error(path + ".address",
                           address + " is the gateway of subnet " + name + "; a machine has another one");
    if (!config.vxlan.vtep) return;
    if (neighbor.vtep == *config.vxlan.vtep)
        findings.error(path + ".vtep",
                       neighbor.vtep.text() + " is vxlan.vtep, ours; write the VTEP of the machine's host");
    else if (neighbor.vtep.is_v4() != config.vxlan.vtep->is_v4())
        findings.error(path + ".vtep", neighbor.vtep.text() + " is of another family than vxlan.vtep, " +
                                           config.vxlan.vtep->text() + "; a tunnel has one family");
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
        if (network.vni && !any_terminates(config, &Terminates::vxlan))
            findings.warning("networks." + name + ".vni", "no interface terminates vxlan, so nothing can come back");
        if (!network.sessions.empty() && !any_terminates(config, &Terminates::gtpu))
            findings.warning("networks." + name + ".sessions", "no interface terminates gtpu, so no phone can send");
    }
}

void check_vnis(const Config& config, Findings& findings)
{
    Claims<std::uint32_t> vnis;
    for (const auto& [name, network] : config.networks) {
        const std::string path = "networks." + name + ".vni";
        if (!network.vni) continue;
        if (const std::string* holder = vnis.claim(*network.vni, path))
            findings.error(path, std::to_string(*network.vni) + " is also " + line_of(findings, *holder) +
                                     "; a VNI is one network");
        if (!config.vxlan.vtep) findings.error(path, "a VNI needs our end of the tunnels; write vxlan.vtep");
    }
}

void check_tunnel_neighbors(const Config& config, Findings& findings)
{
    for (const auto& [name, network] : config.networks) {
        const std::string path = "networks." + name + ".neighbors";
        if (!network.neighbors.empty() && !network.vni)
            findings.error(path, "virtual machines live behind VXLAN; write networks." + name + ".vni");
        const std::vector<PlacedPrefix> subnets = prefixes_of(config, name);
        Claims<IpAddress> addresses;
        for (std::size_t i = 0; i < network.neighbors.size(); ++i) {
            const TunnelNeighbor& neighbor = network.neighbors[i];
            check_neighbor(config, network, item(path, i), neighbor, subnets, findings);
            if (const std::string* holder = addresses.claim(neighbor.address, item(path, i) + ".address"))
                findings.error(item(path, i) + ".address", neighbor.address.text() + " is also " +
                                                               line_of(findings, *holder) +
                                                               "; a machine lives in one place");
        }
    }
}

} // namespace sluice::config
