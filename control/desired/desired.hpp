// What the dataplane should hold, as a function of everything that has a say: configuration, registries, kernel,
// and, for identifiers, what is programmed. Pure: equal inputs give equal outputs, whoever else is running.
//
// Worked example: `networks.shop.neighbors: [{address: 10.1.0.31, mac: …, vtep: 10.20.0.11}]` becomes the route
// 10.1.0.31/32 in network 1 with one VXLAN hop, and if 10.20.0.11 is in fabric's subnet, the kernel is asked to resolve
// it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "control/desired/judgements.hpp"
#include "control/feeds/netlink/kernel_state.hpp"
#include "control/feeds/registry/feed.hpp"
#include "control/object_set.hpp"

namespace sluice::control {

struct Inputs {
    const config::Config& config; // what may run now: start-time keys as the dataplane started with them
    std::string file_name;        // for places: "gateway.yaml"
    std::map<std::string, std::optional<registry::Services>> registries;
    const KernelState& kernel;
    const ObjectSet& programmed; // identifiers, and the backends of a registry that has said nothing yet
    std::set<NeighborPlace> learned_next_hops{};          // gateways of learned routes, which are no objects
    std::set<std::pair<std::string, std::string>> unread; // (registry, service) that it has said nothing of yet
    const Judgements& judgements = no_judgements;         // of backends, by health checks and operator

    [[nodiscard]] std::string place(int line) const { return file_name + ":" + std::to_string(line); }
};

struct Desired {
    ObjectSet objects;
    std::set<NeighborPlace> next_hops; // whose MAC forwarding needs and no static neighbour gives
    std::vector<std::string> problems; // what could not be expressed, one sentence each
    ServiceStates services;            // who of their backends gets new flows, and why others do not
    std::vector<std::string> warnings; // what runs in a way that nobody wants, one sentence each
};

[[nodiscard]] Desired desired(const Inputs& inputs);

} // namespace sluice::control
