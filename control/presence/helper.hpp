// The child process that may enter namespaces. It holds CAP_SYS_ADMIN and ends when the control process does.
#pragma once

#include <string>

#include "dataplane/api/descriptor.hpp"

namespace sluice::control::presence {

// Answers questions until the other end is closed. Never returns.
// `prefix` ("gw1@"): of the only namespaces that are made or removed. `netns`: the node's, empty: the one it is in.
[[noreturn]] void run_helper(api::Descriptor questions, const std::string& prefix, const std::string& netns);

} // namespace sluice::control::presence
