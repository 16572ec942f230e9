// The configuration that a running dataplane was started with, found by the digest it tells.
#pragma once

#include <optional>
#include <string>

#include "control/configuration.hpp"
#include "control/generations.hpp"

namespace sluice::control {

// Looks at the configuration in force, at those kept, and at the file as it is now (the dataplane may have been started
// with a text that was never applied). nullopt: none of them is it.
[[nodiscard]] std::optional<config::Config> find_started(const std::string& digest, const Configuration& in_force,
                                                         const Generations& generations);

} // namespace sluice::control
