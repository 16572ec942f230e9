// Capabilities after start. They belong to a thread, so each thread gives up its own.
#pragma once

#include <vector>

#include <sys/capability.h>

#include "dataplane/base/result.hpp"

namespace sluice::control {

// Keeps what is in `kept` and permitted already; everything else is gone for good.
[[nodiscard]] Result<void> keep_capabilities(const std::vector<cap_value_t>& kept);

} // namespace sluice::control
