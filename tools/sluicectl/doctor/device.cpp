// The PCI devices of the ports: there, and in the hands of a driver that DPDK can use.
#include "tools/sluicectl/doctor/checks.hpp"

namespace sluice::ctl::doctor {
namespace {

constexpr const char* vfio_folder = "/sys/bus/pci/drivers/vfio-pci";

bool is_uio(const std::string& driver)
{
    return driver == "igb_uio" || driver == "uio_pci_generic";
}

std::string bind_command(const Nic& nic)
{
    return "modprobe vfio-pci && dpdk-devbind.py --bind=vfio-pci " + nic.pci + "   # first ask: tools/bind " + nic.pci;
}

} // namespace

void vfio(const Patient& patient, Findings& findings)
{
    if (!patient.wants_vfio()) return;
    if (!patient.files.has(vfio_folder))
        findings.push_back({"the module vfio-pci is not loaded", vfio_folder,
                            "no NIC can be handed over to the dataplane",
                            "modprobe vfio-pci && echo vfio-pci > /etc/modules-load.d/sluice.conf"});
}

void device(const Patient& patient, Findings& findings)
{
    for (const Nic& nic : patient.nics) {
        if (!nic.is_pci() || nic.stays_with_kernel() || nic.driver == "vfio-pci") continue;
        const std::string read = nic.folder() + "/driver";
        if (!patient.files.has(nic.folder()))
            findings.push_back({nic.key() + ": there is no PCI device " + nic.pci, nic.folder(),
                                "the dataplane does not start", "tools/bind   # lists the NICs of this machine"});
        else if (is_uio(nic.driver))
            findings.push_back({nic.key() + ": " + nic.pci + " is bound to " + nic.driver, read,
                                "nothing stands between this NIC and all memory, and a queue cannot wake a worker",
                                bind_command(nic)});
        else
            findings.push_back({nic.key() + ": " + nic.pci + " is bound to " +
                                    (nic.driver.empty() ? "no driver" : "the driver " + nic.driver),
                                read, "the dataplane does not start", bind_command(nic)});
    }
}

} // namespace sluice::ctl::doctor
