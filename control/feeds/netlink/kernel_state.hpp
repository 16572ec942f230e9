// What the node's kernel says about the interfaces that are ours: a value, compared and handed over whole.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "dataplane/base/address.hpp"

namespace sluice::control {

struct KernelNeighbor {
    std::string interface;
    IpAddress address;
    MacAddress mac;
    auto operator<=>(const KernelNeighbor&) const = default;
};

struct KernelHop {
    std::string interface;
    std::optional<IpAddress> gateway; // none: on-link
    std::uint32_t weight = 1;
    auto operator<=>(const KernelHop&) const = default;
};

struct KernelRoute {
    Prefix prefix;
    std::vector<KernelHop> hops;
    std::string source = "kernel"; // who put it there: bgp or another routing protocol, kernel for everybody else
    bool operator==(const KernelRoute&) const = default;
};

struct KernelState {
    std::set<std::string> links; // ours that exist and are up
    std::vector<KernelNeighbor> neighbors;
    std::vector<KernelRoute> routes;
    bool operator==(const KernelState&) const = default;
};

// A neighbour by place, without its MAC.
struct NeighborPlace {
    std::string interface;
    IpAddress address;
    auto operator<=>(const NeighborPlace&) const = default;
};

} // namespace sluice::control
