// Ports on NICs that stay with the kernel: what of their plans only the kernel can tell, and what is steered to them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dataplane/ports.hpp"
#include "dataplane/steering/program.hpp"
#include "dataplane/steering/steering.hpp"

namespace sluice::dataplane {

// Completes the plans of shared ports: a socket on each of the NIC's queues, for a frame on another would be lost, and
// the device of DPDK's driver, which loads the program that `file` holds. The file must live until the ports are
// started; it is made when the first shared port needs it.
[[nodiscard]] Result<void> complete_shared(std::vector<PortPlan>& plans, std::optional<steering::ProgramFile>& file);

// Of started ports, which of them are shared and what about them never changes.
[[nodiscard]] std::vector<steering::SharedPort> shared_among(const Ports& ports,
                                                             const std::vector<table::Interface>& interfaces);

} // namespace sluice::dataplane
