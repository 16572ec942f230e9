// The identity of one thread. A thread that writes FRR's files and runs FRR's programs is FRR's user and nothing more.
#pragma once

#include <string>

#include "dataplane/base/result.hpp"

namespace sluice::control::bgp {

// User, its group and all groups it is in; its capabilities are gone with root's number. The other threads stay who
// they are.
[[nodiscard]] Result<void> become(const std::string& user);

} // namespace sluice::control::bgp
