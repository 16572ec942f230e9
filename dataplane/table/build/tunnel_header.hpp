// The ready-made header of a tunnel: everything that is the same for all its packets. VXLAN (RFC 7348 section 5) and
// GTP-U (3GPP TS 29.281 section 5.1) over UDP over either family.
//
// Left for the packet: IP length, the UDP length and, for VXLAN, the UDP source port; the inner ethertype or the GTP-U
// length. The IPv4 checksum stands for a total length of 0 and is brought up to date by difference (RFC 1624).
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "dataplane/table/snapshot.hpp"

namespace sluice::table {

inline constexpr std::uint8_t vxlan_header_length_v4 = 50;
inline constexpr std::uint8_t vxlan_header_length_v6 = 70;
inline constexpr std::uint8_t gtpu_header_length_v4 = 36;
inline constexpr std::uint8_t gtpu_header_length_v6 = 56;

[[nodiscard]] constexpr std::uint8_t header_length_of(Tunnel::Kind kind, bool is_v4)
{
    if (kind == Tunnel::Kind::vxlan) return is_v4 ? vxlan_header_length_v4 : vxlan_header_length_v6;
    return is_v4 ? gtpu_header_length_v4 : gtpu_header_length_v6;
}

struct TunnelHeader {
    std::array<std::uint8_t, 80> bytes{};
    std::uint8_t length = 0;

    [[nodiscard]] std::span<const std::uint8_t> view() const { return std::span(bytes).first(length); }
};

// `id`: VNI or the peer's TEID. Uses the settings' own end, which is of the remote's family. `mac`: of the machine
// behind a VXLAN.
[[nodiscard]] TunnelHeader make_header(Tunnel::Kind kind, std::uint32_t id, const IpAddress& remote,
                                       const Settings& settings, const MacAddress& mac);

} // namespace sluice::table
