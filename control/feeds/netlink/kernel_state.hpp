// What the node's kernel says about the interfaces that are ours: neighbours as a value that is compared and handed
// over whole, routes, of which there may be a million, as what has changed since.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dataplane/base/address.hpp"
#include "dataplane/base/route_key.hpp"

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

// Where routes lead and who put them there; most routes share theirs with many others.
struct KernelVia {
    std::vector<KernelHop> hops;
    std::string source = "kernel"; // bgp or another routing protocol, kernel for everybody else
    bool operator==(const KernelVia&) const = default;
};

inline constexpr std::uint32_t no_via = std::numeric_limits<std::uint32_t>::max();

struct KernelRoute {
    RouteKey key;
    std::uint32_t via = no_via; // a number; no_via: the route is gone
};

struct KernelState {
    std::vector<KernelNeighbor> neighbors;
    bool operator==(const KernelState&) const = default;
};

// What is different from what was told before. A number that is told anew means something else from then on; every
// route that has it then is told as well.
struct KernelUpdate {
    std::optional<std::vector<KernelNeighbor>> neighbors; // all of them, if any is different
    std::vector<std::pair<std::uint32_t, KernelVia>> vias;
    std::vector<KernelRoute> routes;

    [[nodiscard]] bool empty() const { return !neighbors && vias.empty() && routes.empty(); }
};

// A neighbour by place, without its MAC.
struct NeighborPlace {
    std::string interface;
    IpAddress address;
    auto operator<=>(const NeighborPlace&) const = default;
};

} // namespace sluice::control
