// Which member of a group has which slot: rendezvous hashing (Thaler and Ravishankar, 1998). Each member throws a
// number for each slot, drawn from who it is and which slot it is, and the highest throw has the slot; a member of
// weight w throws as w members would. So
// - a member that goes leaves its own slots to the others, and no other slot changes hands: flows of other members
// stay;
// - a member that comes takes its share of the slots, and no slot moves between the others;
// - the slots follow from the members alone, not from what was there before: every node chooses alike, and so does a
//   dataplane that was restarted.
// The price is that shares are even by chance only: of four members each has 25 % ± 1.4 % of the slots (one standard
// deviation), and so of the flows.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace sluice::table {

struct Member {
    std::uint32_t hop = 0;
    std::uint64_t identity = 0; // who it is, whatever its number is here
    std::uint32_t weight = 1;
};

// A hop for each slot; empty without members. Cost: one mixing for each member and slot, and a logarithm where weights
// differ; done once for a list of members, not for each route that has it.
[[nodiscard]] std::vector<std::uint32_t> resilient_slots(std::span<const Member> members);

} // namespace sluice::table
