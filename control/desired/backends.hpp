// The one place where registry, health and operator meet: which backends a service has, and which of them get new
// flows.
#pragma once

#include "control/desired/desired.hpp"

namespace sluice::control {

// Of every service of the configuration. `problems` and `warnings` get a sentence each where there is one to say.
[[nodiscard]] ServiceStates states_of_services(const Inputs& in, std::vector<std::string>& problems,
                                               std::vector<std::string>& warnings);

// What has to be checked for it; true where a backend that is in use counts as up until its checks say otherwise.
[[nodiscard]] health::Targets targets_of(const ServiceStates& services);

[[nodiscard]] std::string text(Standing standing);

} // namespace sluice::control
