// Where a packet goes: route, member of the group, neighbour, and for a tunnel the same again for its outer packet.
#pragma once

#include "dataplane/burst/family.hpp"
#include "dataplane/burst/packet.hpp"

namespace sluice::ip {

enum class Reach : std::uint8_t { ready, wanting, no_route, unreachable };

struct Way {
    const table::Tunnel* tunnel = nullptr;       // nullptr: sent as it is
    const table::Adjacency* adjacency = nullptr; // of the outermost packet
    const table::Exit* exit = nullptr;           // its mtu, ready or not, and the tunnel's header and counter
    // When `wanting`: who must answer ARP or ND first.
    std::uint16_t wanted_interface = 0;
    IpAddress wanted;
};

// The hop for `destination` in `network`; `hash` chooses among equal ones. table::none: no route.
// An empty group gives table::none and sets `unreachable`.
template<class Family>
[[nodiscard]] std::uint32_t find_hop(const table::Snapshot& tables, std::uint16_t network,
                                     const typename Family::Address& destination, std::uint64_t hash,
                                     bool& unreachable) noexcept;

// What the way to an address carries, as far as this node knows: a sender's is asked before its offer is passed on.
template<class Family>
[[nodiscard]] std::uint16_t mtu_to(const table::Snapshot& tables, std::uint16_t network,
                                   const typename Family::Address& address, std::uint64_t hash) noexcept;

// What a hop means now. Precondition: `hop` is an index of this snapshot.
template<class Family>
[[nodiscard]] Reach follow(const table::Snapshot& tables, std::uint32_t hop,
                           const typename Family::Address& destination, std::uint64_t hash, Way& way) noexcept;

} // namespace sluice::ip
