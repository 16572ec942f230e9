// How packets travel on one side of the node: in plain frames, or in a tunnel.
#pragma once

#include <functional>
#include <optional>

#include "tests/bench/train.hpp"

namespace sluice::bench {

struct Side {
    std::uint16_t port = 0;       // the node's
    Layout layout;                // of what arrives there
    std::uint16_t leaving_ip = 0; // where the IP header of the innermost packet stands in what leaves there
    // As the sender of a flow's segment makes it.
    std::function<Frame(std::uint32_t flow, const Segment& segment)> arriving;
    // As the node must make it. `got` is what left: free choices are read from it; nullopt when they are not allowed.
    std::function<std::optional<Frame>(std::uint32_t flow, const Segment& segment, test::ByteSpan got)> leaving;
};

[[nodiscard]] Side plain(std::uint16_t port, const Mac& router, bool is_v4 = true);
// Flow f is of phone f % phones.
[[nodiscard]] Side behind_gtpu(std::uint32_t phones);
// `machine_of(flow, segment)` says which machine the segment is to or from, `vni_of(machine)` its network.
using MachineOf = std::function<std::uint32_t(std::uint32_t flow, const Segment& segment)>;
using VniOf = std::function<std::uint32_t(std::uint32_t machine)>;
[[nodiscard]] Side behind_vxlan(MachineOf machine_of, VniOf vni_of);

} // namespace sluice::bench
