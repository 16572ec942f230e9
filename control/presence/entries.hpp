// What stands on the devices of a VPC's presence: addresses, neighbours, and behind which VTEP a machine is. Only what
// is ours is seen and touched: addresses of our protocol number, permanent neighbours, entries with a VTEP.
#pragma once

#include <map>
#include <set>

#include "control/feeds/netlink/socket.hpp"
#include "dataplane/base/address.hpp"

namespace sluice::control::presence {

using Homes = std::map<MacAddress, IpAddress>;

[[nodiscard]] Result<void> bring_addresses(netlink::Socket& socket, std::uint32_t link, const std::set<Prefix>& wanted);
// Known for good, so that the kernel never asks: inside a VPC nobody would answer its ARP.
[[nodiscard]] Result<void> bring_neighbors(netlink::Socket& socket, std::uint32_t link,
                                           const std::map<IpAddress, MacAddress>& wanted);

// Forwarding entries of all VXLAN devices, by index.
[[nodiscard]] Result<std::map<std::uint32_t, Homes>> read_homes(netlink::Socket& socket);
[[nodiscard]] Result<void> bring_homes(netlink::Socket& socket, std::uint32_t link, const Homes& present,
                                       const Homes& wanted);

} // namespace sluice::control::presence
