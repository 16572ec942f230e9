// The order is that of mending: what stops a start first, what costs packets last.
#include "tools/sluicectl/doctor/checks.hpp"

#include <array>

namespace sluice::ctl::doctor {
namespace {

constexpr std::array<Check, 22> check_table{{
    {"hugepages", "pages reserved and free against what the configuration takes", hugepages},
    {"numa-memory", "hugepages on the NUMA node of each NIC", numa_memory},
    {"locked-memory", "the limit on memory that a NIC may reach", locked_memory},
    {"iommu", "an IOMMU between the NICs and memory", iommu},
    {"vfio", "the driver vfio-pci", vfio},
    {"device", "the PCI devices of the ports and their drivers", device},
    {"iommu-group", "devices that can only be handed over together", iommu_group},
    {"interface", "kernel interfaces of shared NICs: there, up, with a carrier", kernel_interface},
    {"mtu", "their MTU against the port's", mtu},
    {"pcie-link", "speed and width of the slot against the NIC's", pcie_link},
    {"aspm", "power saving of the PCIe link", aspm},
    {"netns", "the network namespace of the node", node_namespace},
    {"tun", "the device that makes kernel interfaces", tun},
    {"cores", "cores of the workers and of the main thread", cores},
    {"isolation", "worker cores kept free of other work", isolation},
    {"ticks", "worker cores without the scheduler's tick", ticks},
    {"siblings", "two threads of one core", siblings},
    {"interrupts", "interrupts that are sent to worker cores", interrupts},
    {"governor", "clock frequency of worker cores", governor},
    {"numa-cores", "worker cores on the NUMA node of the NICs", numa_cores},
    {"numa-balancing", "pages that the kernel unmaps to watch them", numa_balancing},
    {"clock", "a time stamp counter that never changes its speed", clock},
}};

} // namespace

std::span<const Check> checks()
{
    return check_table;
}

} // namespace sluice::ctl::doctor
