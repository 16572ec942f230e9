// What a packet needs to leave by a hop, in one place of two lines: everything that stands in front of it, ready to be
// copied, and where it goes. Made by the table server's thread beside each hop, read by every worker; 128 bytes.
//
// A hop whose neighbour is unknown, or whose tunnel has several ways out, has no exit (`length` and `ready_mtu` 0): the
// packet goes the general way, which chooses, asks or refuses. A tunnel's header, kind, counter and mtu stand here all
// the same.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace sluice::table {

struct alignas(64) Exit {
    static constexpr std::size_t room = 96;
    static constexpr std::size_t link_room = 32; // the end of `bytes`: all that a packet outside tunnels needs
    enum class Kind : std::uint8_t { link, vxlan4, vxlan6, gtpu4, gtpu6 };

    // Right-aligned: the last byte stands right before the IP packet. Ethernet, the tag, and of a tunnel its outer IP,
    // UDP, VXLAN and inner Ethernet or GTP-U header; see build/tunnel_header.hpp for what is left to the packet.
    std::array<std::uint8_t, room> bytes{};
    std::uint8_t length = 0; // how many of them count
    std::uint8_t outer = 0;  // how many of those are the tunnel's; 0: none
    Kind kind = Kind::link;
    std::uint8_t unused = 0;
    std::uint16_t mtu = 0; // the largest L3 packet that may take this hop, before encapsulation
    std::uint16_t port = 0;
    std::uint16_t interface = 0;
    std::uint16_t ready_mtu = 0; // the same as `mtu`, or 0 without an exit
    std::uint32_t counter = 0;   // of the tunnel

    // What stands right before the packet of a tunnel.
    [[nodiscard]] std::span<const std::uint8_t> tunnel_header() const noexcept { return {bytes.end() - outer, outer}; }
    // An L3 packet of so many bytes, not 0, may leave by it.
    [[nodiscard]] bool takes(std::uint32_t packet) const noexcept { return packet <= ready_mtu; }
};
static_assert(sizeof(Exit) == 128);

} // namespace sluice::table
