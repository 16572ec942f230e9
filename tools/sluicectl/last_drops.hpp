// The packets that the workers keep of those they dropped.
#pragma once

#include "tools/sluicectl/node.hpp"

namespace sluice::ctl {

// The newest `limit` of all workers (0: all), oldest first.
[[nodiscard]] tl::expected<api::LastDrops, Trouble> read_last_drops(Node& node, std::uint32_t limit);

Outcome show_last_drops(const Invocation& invocation, Node& node);

} // namespace sluice::ctl
