// The ring of a service: which backend gets a flow. Built by the table server's thread, read by every worker once it is
// published and never changed; 2 bytes per slot (128 KiB at 65,537 slots); holds at most 65,535 members.
//
// Maglev hashing (Eisenbud et al., NSDI 2016, section 3.4): each member walks its own permutation of the slots, the
// members take turns, and a heavier member gets more turns. Nodes that know the same members build the same ring, in
// whatever order they learned them, because only identity and weight decide.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "dataplane/base/address.hpp"

namespace sluice::table {

struct RingMember {
    std::uint32_t backend = 0;  // the caller's number; plays no part but between members of one identity
    std::uint32_t weight = 1;   // 0: gets no slot
    std::uint64_t identity = 0; // ring_identity() of its endpoint
};

// The same on every node and in every release: changing it moves flows between backends.
[[nodiscard]] std::uint64_t ring_identity(const IpAddress& address, std::uint16_t port);

// Slots hold indices into `members`. Empty when no member has a weight. `size` is prime, and best 100 times the members
// or more, so that shares come within 1 % of the weights.
[[nodiscard]] std::vector<std::uint16_t> build_ring(std::span<const RingMember> members, std::uint32_t size = 65537);

} // namespace sluice::table
