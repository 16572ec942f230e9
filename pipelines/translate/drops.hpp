// How packets end between the session lookup and the rewrite: the stage `translate`.
#pragma once

#include <array>

#include "dataplane/burst/reasons.hpp"

namespace sluice::translate {

enum class Drop : std::uint8_t {
    table_full,
    new_session_limit,
    reverse_conflict,
    fragment_untranslatable,
    icmp_error_unrelated,
    icmp_error_about_tunnel,
    count_
};
constexpr Stage stage_of(Drop) noexcept
{
    return Stage::translate;
}

inline constexpr std::array<ReasonRow<Drop>, 6> drops{{
    {Drop::table_full, "table_full", "the session table is full", "memory.sessions"},
    {Drop::new_session_limit, "new_session_limit", "more new sessions in a second than a worker may begin",
     "a flood of new flows, or workers.new-sessions"},
    {Drop::reverse_conflict, "reverse_conflict", "the answers would look like another session's",
     "more public addresses, or a client that reuses ports"},
    {Drop::fragment_untranslatable, "fragment_untranslatable", "a fragment of a flow that must be translated",
     "lower the sender's packet size"},
    {Drop::icmp_error_unrelated, "icmp_error_unrelated", "an ICMP error that quotes no packet of a known session",
     "late or forged; harmless when few"},
    {Drop::icmp_error_about_tunnel, "icmp_error_about_tunnel", "an ICMP error about a tunnel's outer packet",
     "the underlay drops our tunnels: check its MTU"},
}};
static_assert(rows_match_enum(drops));

} // namespace sluice::translate
