// An object and a change in the words of the configuration, for `sluicectl diff`, `apply` and the log.
#pragma once

#include <string>
#include <vector>

#include "control/object_set.hpp"

namespace sluice::control {

// "service order 203.0.113.80, 2 backends", "route 0.0.0.0/0 in network 0 via 198.51.100.1".
[[nodiscard]] std::string describe(const api::Object& object);

// One line per object: "+ …" new, "~ …" different, "- …" gone; in key order.
[[nodiscard]] std::vector<std::string> describe_changes(const ObjectSet& programmed, const ObjectSet& wanted);

} // namespace sluice::control
