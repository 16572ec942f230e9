#include "tools/sluicectl/doctor/patient.hpp"

#include <algorithm>
#include <cctype>
#include <regex>

namespace sluice::ctl::doctor {
namespace {

// "3b:00.0" and "0000:3b:00.0", whatever arguments follow, as sysfs writes it; empty: another kind of device.
std::string pci_address(const std::string& device)
{
    static const std::regex form("([0-9a-fA-F]{4,8}:)?([0-9a-fA-F]{2}:[0-9a-fA-F]{2}\\.[0-7])(,.*)?");
    std::smatch parts;
    if (!std::regex_match(device, parts, form)) return {};
    std::string address = (parts[1].matched ? parts[1].str() : "0000:") + parts[2].str();
    std::ranges::transform(address, address.begin(), [](unsigned char letter) { return std::tolower(letter); });
    return address;
}

// {af-xdp: eth2} and "net_af_packet0,iface=eth2" → "eth2". A net_tap device makes its interface itself.
std::string shared_interface(const config::Port& port)
{
    if (port.is_shared()) return port.kernel_interface;
    static const std::regex form("net_af_packet[^,]*,(.*,)?iface=([^,]+)(,.*)?");
    std::smatch parts;
    return std::regex_match(port.device, parts, form) ? parts[2].str() : std::string();
}

} // namespace

std::vector<unsigned> Patient::workers() const
{
    return config == nullptr ? std::vector<unsigned>{} : config->workers.cores;
}

bool Patient::polls() const
{
    return config != nullptr && config->workers.idle == config::Workers::Idle::poll;
}

bool Patient::wants_vfio() const
{
    if (config == nullptr) return true;
    return std::ranges::any_of(nics, [](const Nic& nic) { return nic.is_pci() && !nic.stays_with_kernel(); });
}

Patient patient_of(const SystemFiles& files, const config::Config* config)
{
    Patient patient{files, config, {}};
    if (config == nullptr) return patient;
    for (const auto& [name, port] : config->ports) {
        Nic nic{name, pci_address(port.device), {}, shared_interface(port), port.mtu};
        if (nic.is_pci()) {
            nic.driver = files.link(nic.folder() + "/driver");
            const auto interfaces = files.names(nic.folder() + "/net");
            if (nic.stays_with_kernel() && !interfaces.empty()) nic.interface = interfaces.front();
        }
        if (nic.is_pci() || !nic.interface.empty()) patient.nics.push_back(std::move(nic));
    }
    return patient;
}

} // namespace sluice::ctl::doctor
