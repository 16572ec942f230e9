// Everything that follows from a configuration before the kernel and the dataplane have a say. One is in force; another
// can be made beside it, tried, and thrown away.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "control/configuration.hpp"
#include "control/feeds/netlink/worker.hpp"
#include "control/feeds/registry/registries.hpp"

namespace sluice::control {

struct Plan {
    Configuration configuration;
    config::Config effective; // what of it may run now
    std::vector<std::string> needs_restart;
    registry::Registries registries;
};

// `started`: what the dataplane started with; nullopt: not known, then everything counts as live.
[[nodiscard]] Plan make_plan(Configuration configuration, const std::optional<config::Config>& started,
                             const registry::Registries& running);

// What the kernel should do for it, given the next hops whose MAC forwarding needs.
[[nodiscard]] netlink::Wanted wanted_of_kernel(const config::Config& effective, std::set<NeighborPlace> next_hops);

} // namespace sluice::control
