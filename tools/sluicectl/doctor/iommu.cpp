// The IOMMU, which confines what a NIC can reach, and its groups: vfio hands over a whole group or nothing.
#include <algorithm>

#include "tools/sluicectl/doctor/checks.hpp"
#include "tools/sluicectl/doctor/wording.hpp"

namespace sluice::ctl::doctor {
namespace {

constexpr const char* unsafe_mode = "/sys/module/vfio/parameters/enable_unsafe_noiommu_mode";
constexpr std::string_view bridge_class = "0x0604"; // PCI to PCI: stays with its driver, harmless in a group

std::string enabling(const SystemFiles& files)
{
    const bool amd = files.text("/proc/cpuinfo").value_or("").find("AuthenticAMD") != std::string::npos;
    return kernel_arguments(amd ? "iommu=pt" : "intel_iommu=on iommu=pt") + "   # and enable " +
           (amd ? "AMD-Vi" : "VT-d") + " in the firmware";
}

// What keeps a group from being handed over: a driver of the kernel on one of its devices.
bool holds_back(const SystemFiles& files, const std::string& device)
{
    const std::string folder = "/sys/bus/pci/devices/" + device;
    if (files.text(folder + "/class").value_or("").starts_with(bridge_class)) return false;
    const std::string driver = files.link(folder + "/driver");
    return !driver.empty() && driver != "vfio-pci" && driver != "pci-stub";
}

} // namespace

void iommu(const Patient& patient, Findings& findings)
{
    if (!patient.wants_vfio()) return;
    if (patient.files.names("/sys/class/iommu").empty())
        findings.push_back({"there is no IOMMU, or it is off", "/sys/class/iommu",
                            "vfio-pci refuses the NICs; without an IOMMU a NIC can write to any memory",
                            enabling(patient.files)});
    else if (patient.files.text(unsafe_mode) == "Y")
        findings.push_back({"vfio may be used without the IOMMU", unsafe_mode,
                            "a NIC that is handed over without it can write to any memory",
                            std::string("echo N > ") + unsafe_mode});
}

void iommu_group(const Patient& patient, Findings& findings)
{
    for (const Nic& nic : patient.nics) {
        const std::string group = patient.files.link(nic.folder() + "/iommu_group");
        if (!nic.is_pci() || nic.stays_with_kernel() || group.empty()) continue;
        const std::string folder = "/sys/kernel/iommu_groups/" + group + "/devices";
        for (const std::string& other : patient.files.names(folder)) {
            const bool ours = std::ranges::any_of(patient.nics, [&](const Nic& one) { return one.pci == other; });
            if (ours || !holds_back(patient.files, other)) continue;
            findings.push_back({nic.key() + ": " + nic.pci + " shares IOMMU group " + group + " with " + other +
                                    ", which " + patient.files.link("/sys/bus/pci/devices/" + other + "/driver") +
                                    " drives",
                                folder, "a group is handed over as a whole; this NIC cannot be opened",
                                "dpdk-devbind.py --bind=vfio-pci " + other + "   # or put the NIC into another slot"});
        }
    }
}

} // namespace sluice::ctl::doctor
