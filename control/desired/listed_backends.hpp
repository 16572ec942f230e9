// Whom the sources of services name as backends: the configuration's lists, and registries.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "control/desired/desired.hpp"

namespace sluice::control {

// By service, sorted by address and port, each endpoint once. Of a registry that has said nothing yet what is
// programmed stays. What registries list and does not fit beside the others is left out, with a sentence in `problems`.
[[nodiscard]] std::map<std::string, std::vector<config::Backend>> listed_backends(const Inputs& in,
                                                                                  std::vector<std::string>& problems);

// As the dataplane has it; nullptr: it has none of that name.
[[nodiscard]] const api::Service* programmed_service(const Inputs& in, const std::string& name);

} // namespace sluice::control
