// The table of checks. Each looks at one subject and adds what it finds; a machine that lacks nothing adds nothing.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/sluicectl/doctor/patient.hpp"

namespace sluice::ctl::doctor {

struct Finding {
    std::string what;  // "core 3 shares its execution units with core 11"
    std::string read;  // the file that says so
    std::string hurts; // what comes of it
    std::string mend;  // a command for root's shell
};

using Findings = std::vector<Finding>;

struct Check {
    std::string_view name;
    std::string_view looks_at;
    void (*look)(const Patient& patient, Findings& findings);
};

[[nodiscard]] std::span<const Check> checks();

void hugepages(const Patient& patient, Findings& findings);        // memory.cpp
void numa_memory(const Patient& patient, Findings& findings);      // memory.cpp
void locked_memory(const Patient& patient, Findings& findings);    // memory.cpp
void device(const Patient& patient, Findings& findings);           // device.cpp
void vfio(const Patient& patient, Findings& findings);             // device.cpp
void iommu(const Patient& patient, Findings& findings);            // iommu.cpp
void iommu_group(const Patient& patient, Findings& findings);      // iommu.cpp
void pcie_link(const Patient& patient, Findings& findings);        // link.cpp
void aspm(const Patient& patient, Findings& findings);             // link.cpp
void kernel_interface(const Patient& patient, Findings& findings); // link.cpp
void mtu(const Patient& patient, Findings& findings);              // link.cpp
void cores(const Patient& patient, Findings& findings);            // cores.cpp
void isolation(const Patient& patient, Findings& findings);        // cores.cpp
void ticks(const Patient& patient, Findings& findings);            // cores.cpp
void siblings(const Patient& patient, Findings& findings);         // cores.cpp
void governor(const Patient& patient, Findings& findings);         // cores.cpp
void interrupts(const Patient& patient, Findings& findings);       // interrupts.cpp
void numa_cores(const Patient& patient, Findings& findings);       // numa.cpp
void numa_balancing(const Patient& patient, Findings& findings);   // numa.cpp
void clock(const Patient& patient, Findings& findings);            // clock.cpp
void node_namespace(const Patient& patient, Findings& findings);   // node.cpp
void tun(const Patient& patient, Findings& findings);              // node.cpp

} // namespace sluice::ctl::doctor
