// A frame's first bytes as one line, for a table: "10.20.0.17 → 10.20.0.2 udp 50000 → 4789".
#pragma once

#include <string>
#include <string_view>

namespace sluice::ctl {

// As much as can be told: addresses of IPv4 and IPv6 with the ports of TCP and UDP, otherwise the ethertype.
[[nodiscard]] std::string frame_text(std::string_view frame);

} // namespace sluice::ctl
