// How long a session may be idle, by what was seen of it. RFC 5382 section 5 (TCP), RFC 4787 section 4.3 (UDP), RFC
// 5508 section 3.2 (ICMP).
#pragma once

#include <cstdint>
#include <string_view>

#include "dataplane/table/snapshot.hpp"

namespace sluice {

struct Lifetime {
    std::string_view state; // as the tools show it
    std::uint32_t timeout_s = 0;
};

// `forward`, `reverse`: the TCP flags seen in each direction. A connection is established once the opener has answered
// the answer; it is over when both have said FIN, or one RST.
[[nodiscard]] Lifetime lifetime(std::uint8_t protocol, std::uint8_t forward, std::uint8_t reverse,
                                const table::Settings& settings) noexcept;

// No state of the protocol ends sooner.
[[nodiscard]] std::uint32_t shortest_lifetime(std::uint8_t protocol, const table::Settings& settings) noexcept;

} // namespace sluice
