// What the kernel says about a NIC of its own, in the network namespace of the calling thread.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "dataplane/api/descriptor.hpp"
#include "dataplane/base/address.hpp"
#include "dataplane/base/result.hpp"

namespace sluice::steering {

struct KernelLink {
    bool is_there = false;
    bool up = false;          // as its administrator set it
    unsigned mtu = 0;         // bytes
    unsigned queues = 1;      // combined channels (ETHTOOL_GCHANNELS); 1 where the driver knows none
    bool strips_tags = false; // VLAN tags are gone before XDP sees the frame (ETHTOOL_GFLAGS)
    bool has_program = false; // an XDP program is attached
    std::set<IpAddress> addresses;
};

[[nodiscard]] KernelLink look_at_link(const std::string& name);

// The NIC passes frames for every multicast group up, as neighbour discovery for addresses that the kernel does not
// have needs it, for as long as the descriptor is open (packet(7), PACKET_MR_ALLMULTI).
[[nodiscard]] Result<api::Descriptor> receive_all_multicast(const std::string& name);

// The AF_XDP sockets of this process by their descriptors: DPDK's driver does not tell its own.
[[nodiscard]] std::set<int> xdp_sockets();
// Whether frames reach this one without a copy (XDP_OPTIONS).
[[nodiscard]] bool is_zero_copy(int xdp_socket);

} // namespace sluice::steering
