// What we ask of the kernel: addresses and MTU of our interfaces, and the resolution of a neighbour.
#pragma once

#include "control/feeds/netlink/socket.hpp"
#include "dataplane/base/address.hpp"

namespace sluice::control::netlink {

// Marked with our protocol number (IFA_PROTO), so that a later process knows it for ours. IPv6 without duplicate
// address detection: the dataplane answers for the address already.
[[nodiscard]] Result<void> add_address(Socket& socket, std::uint32_t link, const Prefix& address);
[[nodiscard]] Result<void> remove_address(Socket& socket, std::uint32_t link, const Prefix& address);

[[nodiscard]] Result<void> set_mtu(Socket& socket, std::uint32_t link, std::uint32_t mtu);

// A route of our protocol number, to be announced. A route of somebody else's with this prefix and metric is an error.
[[nodiscard]] Result<void> add_route(Socket& socket, std::uint32_t link, const Prefix& prefix, std::uint32_t metric);
[[nodiscard]] Result<void> remove_route(Socket& socket, std::uint32_t link, const Prefix& prefix, std::uint32_t metric);

// RTM_NEWNEIGH with NTF_USE: the kernel behaves as if it had a packet to send there, so it asks by ARP or ND, and
// confirms an entry that has gone stale. An entry that does not exist is made first, in the state NUD_NONE; one that
// failed is tried again.
[[nodiscard]] Result<void> probe(Socket& socket, std::uint32_t link, const IpAddress& address);

} // namespace sluice::control::netlink
