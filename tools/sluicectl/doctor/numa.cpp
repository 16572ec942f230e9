// Machines with several memory controllers: the NIC, the worker and the packet should be at one of them.
#include <algorithm>

#include "tools/sluicectl/doctor/checks.hpp"
#include "tools/sluicectl/doctor/wording.hpp"

namespace sluice::ctl::doctor {
namespace {

std::string node_cores(std::int64_t node)
{
    return "/sys/devices/system/node/node" + std::to_string(node) + "/cpulist";
}

} // namespace

void numa_cores(const Patient& patient, Findings& findings)
{
    const std::vector<unsigned> workers = patient.workers();
    for (const Nic& nic : patient.nics) {
        const std::string file = nic.folder() + "/numa_node";
        const std::int64_t node = nic.is_pci() ? patient.files.number(file).value_or(-1) : -1;
        const std::vector<unsigned> near = node < 0 ? std::vector<unsigned>{} : patient.files.cores(node_cores(node));
        std::vector<unsigned> far;
        std::ranges::copy_if(workers, std::back_inserter(far),
                             [&](unsigned core) { return std::ranges::find(near, core) == near.end(); });
        if (near.empty() || far.empty()) continue;
        findings.push_back(
            {nic.key() + ": " + nic.pci + " is at NUMA node " + std::to_string(node) + ", worker cores " +
                 list_of(far) + " are not",
             file, "every packet crosses the link between the processors, which halves the rate or worse",
             "sluicectl apply FILE   # with workers.cores out of " + list_of(near) + ", then a restart"});
    }
}

void numa_balancing(const Patient& patient, Findings& findings)
{
    constexpr const char* file = "/proc/sys/kernel/numa_balancing";
    if (patient.files.number(file).value_or(0) == 0) return;
    findings.push_back({"the kernel balances memory between NUMA nodes", file,
                        "it unmaps pages to see who uses them, and a worker that touches one stands still",
                        "sysctl -w kernel.numa_balancing=0 | tee /etc/sysctl.d/90-sluice-numa.conf"});
}

} // namespace sluice::ctl::doctor
