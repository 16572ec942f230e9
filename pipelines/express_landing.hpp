// What all frames of one port and VLAN have in common, so that it is asked once per burst and not once per frame.
#pragma once

#include <cstdint>
#include <cstring>

#include "dataplane/table/snapshot.hpp"
#include "dataplane/wire/gtpu.hpp"

namespace sluice {

struct ExpressLanding {
    static constexpr std::uint32_t nowhere = ~std::uint32_t{0};
    // The first eight bytes of a frame as one word: the destination's MAC address and, of the source's, the group bit.
    static constexpr std::uint64_t mac_bits = 0x0001'FFFF'FFFF'FFFF;

    std::uint32_t vlan = nowhere;
    std::uint16_t interface = 0;
    std::uint16_t network = 0;
    std::uint64_t mac = ~std::uint64_t{0}; // of the interface, without a group bit; all ones: no interface takes them
    std::uint16_t vxlan_port = 0;          // raw order; 0: no packet here is addressed to such an endpoint of ours
    std::uint16_t gtpu_port = 0;
    bool terminates_vxlan = false;
    bool terminates_gtpu = false;
    bool any_session = false; // every packet may have a session, not only those to an address of ours

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
        landing.mac = 0;
        std::memcpy(&landing.mac, interface.mac.bytes.data(), interface.mac.bytes.size());
        const bool is_public = landing.network == table::public_network;
        landing.any_session = !is_public || tables.networks[landing.network].translates_any;
        if (!is_public) return landing; // our tunnel endpoints are in the public network
        const table::Settings& settings = tables.settings;
        if (settings.has_vtep) landing.vxlan_port = wire::Be16{settings.vxlan_port}.raw();
        if (settings.has_gtpu_endpoint) landing.gtpu_port = wire::Gtpu::port.raw();
        landing.terminates_vxlan = interface.terminates_vxlan;
        landing.terminates_gtpu = interface.terminates_gtpu;
        return landing;
    }
};

} // namespace sluice
