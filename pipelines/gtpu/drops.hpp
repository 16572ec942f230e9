// How packets end in GTP-U termination: the stage `gtpu`.
#pragma once

#include <array>

#include "dataplane/burst/reasons.hpp"

namespace sluice::gtpu {

enum class Drop : std::uint8_t {
    truncated,
    outer_fragment,
    version_unknown,
    not_gtp,
    length_mismatch,
    extension_malformed,
    extension_required,
    element_malformed,
    message_unknown,
    teid_unknown,
    ue_address_mismatch,
    no_headroom,
    count_
};
constexpr Stage stage_of(Drop) noexcept
{
    return Stage::gtpu;
}

inline constexpr std::array<ReasonRow<Drop>, 12> drops{{
    {Drop::truncated, "truncated", "the packet ends inside the GTP-U header", "find the sender with drops --last"},
    {Drop::outer_fragment, "outer_fragment", "the outer packet is a fragment", "raise the radio network's MTU"},
    {Drop::version_unknown, "version_unknown", "GTP version is not 1 (TS 29.281 section 5.1)",
     "find the sender with drops --last"},
    {Drop::not_gtp, "not_gtp", "PT is 0: GTP', the charging protocol (TS 29.281 section 5.1)",
     "find the sender with drops --last"},
    {Drop::length_mismatch, "length_mismatch", "the length field disagrees with the UDP length",
     "find the sender with drops --last"},
    {Drop::extension_malformed, "extension_malformed",
     "extension headers cut short, empty or too many (TS 29.281 section 5.2)", "find the sender with drops --last"},
    {Drop::extension_required, "extension_required", "an extension header that must be understood and is not",
     "the radio uses a feature this gateway lacks"},
    {Drop::element_malformed, "element_malformed",
     "a path message whose elements are cut short or missing (TS 29.281 section 8)",
     "find the sender with drops --last"},
    {Drop::message_unknown, "message_unknown", "a message type that this endpoint does not handle", "none when few"},
    {Drop::teid_unknown, "teid_unknown", "no session has this TEID", "networks.NAME.sessions"},
    {Drop::ue_address_mismatch, "ue_address_mismatch", "the inner source is not the phone's address: spoofed",
     "networks.NAME.sessions[].ue, or the phone"},
    {Drop::no_headroom, "no_headroom", "no room in front of the packet for the tunnel's header",
     "a driver with too little headroom: report it"},
}};
static_assert(rows_match_enum(drops));

enum class Consumed : std::uint8_t {
    echo_answered,
    echo_response,
    error_indication,
    end_marker,
    extension_notification,
    count_
};
constexpr Stage stage_of(Consumed) noexcept
{
    return Stage::gtpu;
}

inline constexpr std::array<ReasonRow<Consumed>, 5> consumed{{
    {Consumed::echo_answered, "echo_answered", "a path echo request, answered (TS 29.281 section 7.2.1)", "none"},
    {Consumed::echo_response, "echo_response", "a peer answered a path echo", "none"},
    {Consumed::error_indication, "error_indication", "a peer does not know the TEID that we send to",
     "networks.NAME.sessions[].peer-teid"},
    {Consumed::end_marker, "end_marker", "the peer has moved the tunnel (TS 29.281 section 7.3.2)", "none"},
    {Consumed::extension_notification, "extension_notification", "a peer lists the extension headers it supports",
     "none"},
}};
static_assert(rows_match_enum(consumed));

} // namespace sluice::gtpu
