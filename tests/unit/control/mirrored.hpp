// A mirror of the kernel that knows two links of ours, fabric (3) and edge (4), and what it tells as lines.
#pragma once

#include <map>

#include "control/feeds/netlink/mirror.hpp"
#include "tests/unit/control/messages.hpp"

namespace sluice::test {

using Lines = std::vector<std::string>;

// What somebody knows who takes every update.
class Told {
public:
    void apply(const control::KernelUpdate& update)
    {
        if (update.neighbors) neighbors = *update.neighbors;
        for (const auto& [number, via] : update.vias)
            vias_[number] = via;
        for (const control::KernelRoute& route : update.routes) {
            ++changes;
            if (route.via == control::no_via)
                routes_.erase(route.key);
            else
                routes_[route.key] = route.via;
        }
    }
    // "192.0.2.0/24 fabric 10.20.0.254 x1"
    [[nodiscard]] Lines routes() const
    {
        Lines all;
        for (const auto& [key, number] : routes_) {
            std::string line = key.prefix().text();
            for (const control::KernelHop& hop : vias_.at(number).hops)
                line += " " + hop.interface + " " + (hop.gateway ? hop.gateway->text() : "on-link") + " x" +
                        std::to_string(hop.weight);
            all.push_back(line);
        }
        return all;
    }
    [[nodiscard]] std::string source(const std::string& prefix) const
    {
        return vias_.at(routes_.at(RouteKey::of(*Prefix::parse(prefix)))).source;
    }

    std::vector<control::KernelNeighbor> neighbors;
    std::size_t changes = 0; // of routes, that were told

private:
    std::map<std::uint32_t, control::KernelVia> vias_;
    std::map<RouteKey, std::uint32_t> routes_;
};

class Mirrored {
public:
    Mirrored()
    {
        tell(link(3, "fabric"));
        tell(link(4, "edge"));
        (void)mirror.take_stale();
    }
    void tell(Message message) { mirror.handle(message.message()); }
    Lines neighbors()
    {
        told.apply(mirror.take());
        Lines all;
        for (const control::KernelNeighbor& each : told.neighbors)
            all.push_back(each.interface + " " + each.address.text() + " " + each.mac.text());
        return all;
    }
    Lines routes()
    {
        told.apply(mirror.take());
        return told.routes();
    }

    control::netlink::Mirror mirror{{"fabric", "edge"}};
    Told told;
};

} // namespace sluice::test
