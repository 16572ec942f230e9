// Brings the kernel to what is wanted: one pass over everything, comparing first. What a former process made is found
// by its names and its device group and taken over; what is not wanted is removed.
//
//   node.netns:  vpc-vx-5001 (VXLAN, id 5001, local VTEP) ── vpc-br-5001 (bridge, no address) ── vpc-ve-5001 ─┐ veth
//   gw1@shop:    gateway (the gateway's MAC and addresses, permanent neighbours) ─────────────────────────────┘
#pragma once

#include <map>
#include <string>

#include "control/presence/namespaces.hpp"
#include "control/presence/wanted.hpp"

namespace sluice::control::presence {

inline constexpr std::uint32_t own_group = 199;     // of every device that is ours: `ip link show group 199`
inline constexpr std::uint32_t leaving_group = 198; // of those that are being removed

struct Outcome {
    std::size_t present = 0;
    std::map<std::string, Error> failed; // by network; "" for what concerns all
};

[[nodiscard]] Outcome reconcile(Namespaces& namespaces, const Wanted& wanted);

} // namespace sluice::control::presence
