// Who put a route into the kernel, by its protocol number (linux/rtnetlink.h, iproute2's rt_protos).
#pragma once

#include <cstdint>
#include <string>

#include <linux/rtnetlink.h>

namespace sluice::control::netlink {

// The protocol that a routing daemon learned it by; "static" ones of FRR and whatever people add are the kernel's.
[[nodiscard]] inline std::string source_of(std::uint8_t protocol)
{
    switch (protocol) {
    case RTPROT_BGP:
        return "bgp";
    case RTPROT_ISIS:
        return "isis";
    case RTPROT_OSPF:
        return "ospf";
    case RTPROT_RIP:
        return "rip";
    case RTPROT_EIGRP:
        return "eigrp";
    case RTPROT_BABEL:
        return "babel";
    case RTPROT_BIRD:
        return "bird"; // of any protocol of BIRD's
    default:
        return "kernel";
    }
}

} // namespace sluice::control::netlink
