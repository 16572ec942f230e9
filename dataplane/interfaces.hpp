// The interfaces of a node and their numbers: ports in the order of their names, then VLANs in the order of theirs,
// from 0. The control process counts the same way, so numbers need no exchange.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/schema.hpp"
#include "dataplane/table/snapshot.hpp"

namespace sluice::dataplane {

// Ports are numbered alike: the i-th name is port i and interface i.
struct PortPlan {
    std::string name;
    std::string device;  // PCI address, or a virtual device with its arguments; see shared_ports.hpp
    unsigned mtu = 1500; // the largest L3 packet of the port and of the VLANs on it
    unsigned queues = 1;
    unsigned rx_descriptors = 0; // of each receive queue, as the operator wishes
    unsigned tx_descriptors = 0;
    bool has_vlans = false;
    std::optional<MacAddress> mac = {};
    std::string kernel_interface = {}; // the NIC stays with the kernel; empty: it is DPDK's

    [[nodiscard]] bool is_shared() const { return !kernel_interface.empty(); }
};

[[nodiscard]] std::vector<PortPlan> port_plans(const config::Config& config);

// Without MAC addresses: those are known when the devices are.
[[nodiscard]] std::vector<table::Interface> interface_plans(const config::Config& config);

// The device's name as DPDK and sysfs know it: what stands before the arguments, of a PCI device the whole address,
// "0000:3b:00.0", however short the operator wrote it.
[[nodiscard]] std::string device_name(const std::string& device);
[[nodiscard]] bool is_pci_address(const std::string& device); // "0000:3b:00.0" or "3b:00.0"

} // namespace sluice::dataplane
