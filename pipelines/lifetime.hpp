// How long a session may be idle, by what was seen of it. RFC 5382 section 5 (TCP), RFC 4787 section 4.3 (UDP), RFC
// 5508 section 3.2 (ICMP).
#pragma once

#include <cstdint>
#include <string_view>

#include "dataplane/table/session_entry.hpp"
#include "dataplane/table/snapshot.hpp"
#include "dataplane/wire/tcp.hpp"

namespace sluice {

struct Lifetime {
    std::string_view state; // as the tools show it
    std::uint32_t timeout_s = 0;
};

// `forward`, `reverse`: the TCP flags seen in each direction. A connection is established once the opener has answered
// the answer; it is over when both have said FIN, or one RST.
[[nodiscard]] Lifetime lifetime(std::uint8_t protocol, std::uint8_t forward, std::uint8_t reverse,
                                const table::Settings& settings) noexcept;

// How long after the last answer the opener's last packet came, in ticks; 0: the answer came last.
template<class Entry>
[[nodiscard]] std::uint32_t unanswered(const Entry& forward, const Entry& reverse) noexcept
{
    const std::uint32_t ticks =
        forward.last_seen.load(std::memory_order_relaxed) - reverse.last_seen.load(std::memory_order_relaxed);
    return ticks > ~std::uint32_t{0} / 2 ? 0 : ticks;
}

// Whether a SYN of the opener is a connection of its own: the one before is over, or nobody has answered it. One that
// lives would answer the SYN (RFC 9293 section 3.10.7.4), so it counts when what the opener sent has gone without an
// answer for longer than `patience`, in ticks.
template<class Entry>
[[nodiscard]] bool begins_anew(const Entry& forward, const Entry& reverse, std::uint32_t patience) noexcept
{
    using wire::Tcp;
    const auto said = forward.tcp_flags_seen.load(std::memory_order_relaxed);
    const auto answered = reverse.tcp_flags_seen.load(std::memory_order_relaxed);
    if (answered == 0 || ((said | answered) & Tcp::rst) != 0 || (said & answered & Tcp::fin) != 0) return true;
    return unanswered(forward, reverse) > patience;
}

// No state of the protocol ends sooner.
[[nodiscard]] std::uint32_t shortest_lifetime(std::uint8_t protocol, const table::Settings& settings) noexcept;

} // namespace sluice
