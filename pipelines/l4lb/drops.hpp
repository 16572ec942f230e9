// How packets end in L4 load balancing: the stage `l4lb`.
#pragma once

#include <array>

#include "dataplane/burst/reasons.hpp"

namespace sluice::l4lb {

enum class Drop : std::uint8_t { no_such_port, no_backend, family_mismatch, count_ };
constexpr Stage stage_of(Drop) noexcept
{
    return Stage::l4lb;
}

inline constexpr std::array<ReasonRow<Drop>, 3> drops{{
    {Drop::no_such_port, "no_such_port", "to a service's address, but to a port that it does not serve",
     "services.NAME.ports, or a scan"},
    {Drop::no_backend, "no_backend", "the service has no backend that takes new flows", "sluicectl services NAME"},
    {Drop::family_mismatch, "family_mismatch", "service and backend are of different address families",
     "services.NAME.backends"},
}};
static_assert(rows_match_enum(drops));

} // namespace sluice::l4lb
