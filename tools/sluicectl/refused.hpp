// How a configuration with errors is told, by every command that loads a FILE itself.
#pragma once

#include <vector>

#include "dataplane/base/result.hpp"
#include "tools/sluicectl/invocation.hpp"

namespace sluice::ctl {

[[nodiscard]] Report refused(const Invocation& invocation, const std::vector<Error>& errors); // check.cpp

} // namespace sluice::ctl
