// What becomes of a frame of a shared port, by name: one spelling for `sluicectl ports`, its JSON and the README.
#pragma once

#include <array>
#include <string_view>

#include "dataplane/steering/layout.h"

namespace sluice::steering {

// By steering_verdict.
inline constexpr std::array<std::string_view, STEERING_VERDICTS> verdict_names{"passed",   "tunnel", "address",
                                                                               "neighbor", "vlan",   "no_socket"};
static_assert(!verdict_names[STEERING_NO_SOCKET].empty()); // one for each

} // namespace sluice::steering
