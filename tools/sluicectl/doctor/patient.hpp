// What is examined: the machine's files, and what a configuration wants of the machine.
#pragma once

#include <string>
#include <vector>

#include "config/schema.hpp"
#include "tools/sluicectl/doctor/system_files.hpp"

namespace sluice::ctl::doctor {

// A port of the configuration that is more than software.
struct Nic {
    std::string port;      // its name in the configuration
    std::string pci;       // "0000:3b:00.0"; empty: not a PCI device
    std::string driver;    // of the PCI device; empty: bound to none
    std::string interface; // its kernel interface, for a device that stays with the kernel; empty: there is none
    unsigned mtu = 0;      // the port's

    [[nodiscard]] std::string key() const { return "ports." + port + ".device"; }
    [[nodiscard]] std::string folder() const { return "/sys/bus/pci/devices/" + pci; }
    [[nodiscard]] bool is_pci() const { return !pci.empty(); }
    // mlx4 and mlx5 are driven beside their kernel driver; nothing is bound to vfio-pci.
    [[nodiscard]] bool stays_with_kernel() const { return driver == "mlx5_core" || driver == "mlx4_core"; }
};

struct Patient {
    const SystemFiles& files;
    const config::Config* config = nullptr; // nullptr: without a configuration only the machine itself is judged
    std::vector<Nic> nics;

    [[nodiscard]] std::vector<unsigned> workers() const; // their cores
    [[nodiscard]] bool polls() const;                    // workers that never sleep
    // NICs are handed over to vfio-pci; without a configuration it is assumed.
    [[nodiscard]] bool wants_vfio() const;
};

[[nodiscard]] Patient patient_of(const SystemFiles& files, const config::Config* config);

} // namespace sluice::ctl::doctor
