// How packets end in VXLAN termination: the stage `vxlan`.
#pragma once

#include <array>

#include "dataplane/burst/reasons.hpp"

namespace sluice::vxlan {

enum class Drop : std::uint8_t {
    truncated,
    outer_fragment,
    vni_flag_clear,
    vni_unknown,
    inner_not_for_gateway,
    inner_source_invalid,
    no_headroom,
    count_
};
constexpr Stage stage_of(Drop) noexcept
{
    return Stage::vxlan;
}

inline constexpr std::array<ReasonRow<Drop>, 7> drops{{
    {Drop::truncated, "truncated", "the packet ends inside the VXLAN or inner Ethernet header",
     "find the sender with drops --last"},
    {Drop::outer_fragment, "outer_fragment", "the outer packet is a fragment (RFC 7348 section 4.3 forbids it)",
     "raise the underlay's MTU"},
    {Drop::vni_flag_clear, "vni_flag_clear", "I flag not set (RFC 7348 section 5)",
     "find the sender with drops --last"},
    {Drop::vni_unknown, "vni_unknown", "no network has this VNI", "networks.NAME.vni"},
    {Drop::inner_not_for_gateway, "inner_not_for_gateway", "the inner frame is addressed to another station",
     "a flooding host; harmless when few"},
    {Drop::inner_source_invalid, "inner_source_invalid",
     "the inner frame comes from a group (IEEE 802.3 section 3.2.3)", "find the sender with drops --last"},
    {Drop::no_headroom, "no_headroom", "no room in front of the packet for the tunnel's header",
     "a driver with too little headroom: report it"},
}};
static_assert(rows_match_enum(drops));

} // namespace sluice::vxlan
