// What the start needs to know of the machine, as plain values, so that the judgement over it can be tested anywhere.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "config/schema.hpp"
#include "dataplane/steering/kernel_link.hpp"

namespace sluice::dataplane {

struct PciDevice {
    bool is_there = false;
    std::string driver; // empty: bound to none
};

struct Machine {
    std::set<unsigned> cores;                          // this process may run on them
    std::map<unsigned, std::set<unsigned>> siblings;   // by core: those that share its execution units, itself too
    std::map<unsigned, double> busy;                   // by core: its share of work before we start, 0 to 1
    std::map<std::string, PciDevice> pci;              // by the address of a configured port
    std::map<std::string, steering::KernelLink> links; // by the name of a NIC that a configured port shares
    std::uint64_t reserved_hugepage_bytes = 0;
    std::uint64_t free_hugepage_bytes = 0;
    bool invariant_tsc = false;
    bool has_tun = false;                // /dev/net/tun
    bool has_namespace = false;          // node.netns, or none is wanted
    bool may_administer_network = false; // CAP_NET_ADMIN
    bool may_enter_namespaces = false;   // CAP_SYS_ADMIN
    bool started_in_namespace = false;   // this process is in node.netns, or none is wanted
};

// Takes about 100 ms, in which it watches the cores.
[[nodiscard]] Machine look_at_machine(const config::Config& config);

} // namespace sluice::dataplane
