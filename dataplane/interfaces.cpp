#include "dataplane/interfaces.hpp"

#include <algorithm>
#include <regex>

namespace sluice::dataplane {
namespace {

table::Interface interface_of(const std::string& name, const config::Interface& from, std::size_t id)
{
    table::Interface interface;
    interface.id = static_cast<std::uint16_t>(id);
    interface.mtu = static_cast<std::uint16_t>(from.mtu);
    interface.terminates_vxlan = from.terminates.vxlan;
    interface.terminates_gtpu = from.terminates.gtpu;
    interface.name = name;
    return interface;
}

} // namespace

std::vector<PortPlan> port_plans(const config::Config& config)
{
    std::vector<PortPlan> plans;
    for (const auto& [name, port] : config.ports) {
        PortPlan plan{.name = name,
                      .device = port.device,
                      .mtu = port.mtu,
                      .queues = port.queues,
                      .rx_descriptors = port.rx_descriptors,
                      .tx_descriptors = port.tx_descriptors,
                      .mac = port.mac,
                      .kernel_interface = port.kernel_interface};
        for (const auto& [vlan_name, vlan] : config.vlans) {
            if (vlan.port != name) continue;
            plan.has_vlans = true;
            plan.mtu = std::max(plan.mtu, vlan.mtu);
        }
        plans.push_back(std::move(plan));
    }
    return plans;
}

std::vector<table::Interface> interface_plans(const config::Config& config)
{
    std::vector<table::Interface> interfaces;
    for (const auto& [name, port] : config.ports) {
        interfaces.push_back(interface_of(name, port, interfaces.size()));
        interfaces.back().port = interfaces.back().id;
        interfaces.back().of_kernel = port.is_shared();
    }
    for (const auto& [name, vlan] : config.vlans) {
        interfaces.push_back(interface_of(name, vlan, interfaces.size()));
        const auto port = std::distance(config.ports.begin(), config.ports.find(vlan.port));
        interfaces.back().port = static_cast<std::uint16_t>(port);
        interfaces.back().vlan = static_cast<std::uint16_t>(vlan.id);
    }
    return interfaces;
}

std::string device_name(const std::string& device)
{
    std::string name = device.substr(0, device.find(','));
    if (!is_pci_address(device)) return name;
    if (std::count(name.begin(), name.end(), ':') == 1) name.insert(0, "0000:");
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    return name;
}

bool is_pci_address(const std::string& device)
{
    static const std::regex address("([0-9a-fA-F]{4,8}:)?[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\\.[0-7]");
    return std::regex_match(device.substr(0, device.find(',')), address);
}

} // namespace sluice::dataplane
