// A mirror of the kernel that knows two links of ours, fabric (3) and edge (4), and what it holds as lines.
#pragma once

#include "control/feeds/netlink/mirror.hpp"
#include "tests/unit/control/messages.hpp"

namespace sluice::test {

using Lines = std::vector<std::string>;

class Mirrored {
public:
    Mirrored()
    {
        tell(link(3, "fabric"));
        tell(link(4, "edge"));
        (void)mirror.take_stale();
    }
    void tell(Message message) { mirror.handle(message.message()); }
    Lines neighbors() const
    {
        Lines all;
        for (const control::KernelNeighbor& each : mirror.snapshot().neighbors)
            all.push_back(each.interface + " " + each.address.text() + " " + each.mac.text());
        return all;
    }
    // "192.0.2.0/24 fabric 10.20.0.254 x1"
    Lines routes() const
    {
        Lines all;
        for (const control::KernelRoute& route : mirror.snapshot().routes) {
            std::string line = route.prefix.text();
            for (const control::KernelHop& hop : route.hops)
                line += " " + hop.interface + " " + (hop.gateway ? hop.gateway->text() : "on-link") + " x" +
                        std::to_string(hop.weight);
            all.push_back(line);
        }
        return all;
    }

    control::netlink::Mirror mirror{{"fabric", "edge"}};
};

} // namespace sluice::test
