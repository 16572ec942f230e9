// The ways to and from a NIC: its PCIe link, and its kernel interface where the kernel keeps it.
#include <cmath>

#include "tools/sluicectl/doctor/checks.hpp"

namespace sluice::ctl::doctor {
namespace {

// "8.0 GT/s PCIe" → 8.0; 0 when the device does not say ("Unknown").
double transfers(const SystemFiles& files, const std::string& path)
{
    return std::strtod(files.text(path).value_or("0").c_str(), nullptr);
}

bool is_up(const SystemFiles& files, const std::string& interface)
{
    const std::string flags = files.text("/sys/class/net/" + interface + "/flags").value_or("0");
    return (std::strtoull(flags.c_str(), nullptr, 16) & 1U) != 0; // IFF_UP
}

} // namespace

void pcie_link(const Patient& patient, Findings& findings)
{
    for (const Nic& nic : patient.nics) {
        if (!nic.is_pci()) continue;
        const std::string folder = nic.folder();
        const double speed = transfers(patient.files, folder + "/current_link_speed");
        const double fastest = transfers(patient.files, folder + "/max_link_speed");
        const auto width = patient.files.number(folder + "/current_link_width").value_or(0);
        const auto widest = patient.files.number(folder + "/max_link_width").value_or(0);
        if (speed <= 0 || width <= 0 || (speed >= fastest && width >= widest)) continue;
        const auto described = [](std::int64_t lanes, double rate) {
            return "x" + std::to_string(lanes) + " at " + std::to_string(std::lround(rate)) + " GT/s";
        };
        findings.push_back({nic.key() + ": " + nic.pci + " runs " + described(width, speed) + " and could run " +
                                described(widest, fastest),
                            folder + "/current_link_*", "the slot carries less than the NIC's ports",
                            "lspci -vv -s " + nic.pci +
                                " | grep -E 'LnkCap|LnkSta'   # then a slot with as many lanes, or seat it again"});
    }
}

void aspm(const Patient& patient, Findings& findings)
{
    for (const Nic& nic : patient.nics) {
        const std::string file = nic.folder() + "/link/l1_aspm";
        if (!nic.is_pci() || patient.files.number(file).value_or(0) == 0) continue;
        findings.push_back({nic.key() + ": the PCIe link of " + nic.pci + " sleeps when it is idle (ASPM L1)", file,
                            "the first packets after a pause wait microseconds, and may be missed",
                            "echo 0 > " + file});
    }
}

void kernel_interface(const Patient& patient, Findings& findings)
{
    for (const Nic& nic : patient.nics) {
        if (nic.interface.empty()) continue;
        const std::string folder = "/sys/class/net/" + nic.interface;
        if (!patient.files.has(folder))
            findings.push_back({nic.key() + ": there is no interface " + nic.interface, folder,
                                "the dataplane does not start", "ip -br link   # lists those of this machine"});
        else if (!is_up(patient.files, nic.interface))
            findings.push_back({nic.key() + ": " + nic.interface + " is down", folder + "/flags",
                                "the port neither receives nor sends", "ip link set " + nic.interface + " up"});
        else if (patient.files.number(folder + "/carrier") == 0)
            findings.push_back({nic.key() + ": " + nic.interface + " has no carrier", folder + "/carrier",
                                "nothing is at the other end of the cable",
                                "ethtool " + nic.interface + "   # cable, transceiver, the switch's port"});
    }
}

void mtu(const Patient& patient, Findings& findings)
{
    for (const Nic& nic : patient.nics) {
        const std::string file = "/sys/class/net/" + nic.interface + "/mtu";
        const auto bytes = patient.files.number(file);
        if (nic.interface.empty() || !bytes || *bytes >= nic.mtu) continue;
        findings.push_back({nic.interface + " has MTU " + std::to_string(*bytes) + ", ports." + nic.port + ".mtu is " +
                                std::to_string(nic.mtu),
                            file, "the kernel's driver drops what is longer, in both directions",
                            "ip link set " + nic.interface + " mtu " + std::to_string(nic.mtu)});
    }
}

} // namespace sluice::ctl::doctor
