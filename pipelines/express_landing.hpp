// What all frames of one port and VLAN have in common, so that it is asked once per burst and not once per frame.
#pragma once

#include <cstdint>

#include "dataplane/table/snapshot.hpp"
#include "pipelines/express_look.hpp"

namespace sluice {

struct ExpressLanding {
    static constexpr std::uint32_t nowhere = ~std::uint32_t{0};

    std::uint32_t vlan = nowhere;
    std::uint16_t interface = 0;
    std::uint16_t network = 0;
    std::uint64_t mac = ~std::uint64_t{0}; // of the interface, without a group bit; all ones: no interface takes them

    // Of frames with that tag (0: none) on that port.
    [[nodiscard, gnu::noinline]] static ExpressLanding of(const table::Snapshot& tables, std::uint16_t port,
                                                          std::uint16_t vlan) noexcept
    {
        constexpr std::uint16_t no_interface = 0xFFFF;
        ExpressLanding landing;
        landing.vlan = vlan;
        landing.interface = tables.interface_of[port * 4096U + vlan];
        if (landing.interface == no_interface) return landing;
        const table::Interface& interface = tables.interfaces[landing.interface];
        landing.network = interface.network;
        landing.mac = express::mac_word(interface.mac);
        return landing;
    }
};

} // namespace sluice
