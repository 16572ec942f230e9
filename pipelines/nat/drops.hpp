// How packets end in gateway NAT: the stage `nat`.
#pragma once

#include <array>

#include "dataplane/burst/reasons.hpp"

namespace sluice::nat {

enum class Drop : std::uint8_t {
    pool_exhausted,
    subscriber_limit,
    protocol_untranslatable,
    no_session,
    tcp_without_session,
    hairpin,
    count_
};
constexpr Stage stage_of(Drop) noexcept
{
    return Stage::nat;
}

inline constexpr std::array<ReasonRow<Drop>, 6> drops{{
    {Drop::pool_exhausted, "pool_exhausted", "the pool has no free block of ports",
     "more addresses or a smaller block-size"},
    {Drop::subscriber_limit, "subscriber_limit", "the subscriber has used up all the blocks it may own",
     "an infected host, or nat.pools.NAME.block-size"},
    {Drop::protocol_untranslatable, "protocol_untranslatable",
     "neither TCP, UDP nor ICMP echo: has no port to translate", "an EIP for that host"},
    {Drop::no_session, "no_session", "to a pool address, but no session waits for it (RFC 4787 section 5)",
     "a scan, or an answer after the time-out"},
    {Drop::tcp_without_session, "tcp_without_session", "mid-stream TCP from inside without a session",
     "a connection older than nat.timeouts allows"},
    {Drop::hairpin, "hairpin", "from inside to a pool address of this node", "use the inside address, or an EIP"},
}};
static_assert(rows_match_enum(drops));

} // namespace sluice::nat
