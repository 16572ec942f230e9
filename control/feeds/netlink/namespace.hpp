// The node's network namespace, as `ip netns` keeps them under /run/netns.
#pragma once

#include <string>

#include "dataplane/base/result.hpp"

namespace sluice::control::netlink {

// Moves the calling thread there for good; an empty name stays where the process was started.
[[nodiscard]] Result<void> enter(const std::string& netns);

// In a namespace of the node's own the kernel must not forward (it would do so around NAT), must not judge sources by
// its own routes, and must not learn routes from router advertisements, which anybody on a link can send. The calling
// thread's namespace counts. Without an interface: for the whole and for interfaces to come; with one: for that, which
// may have been made before.
[[nodiscard]] Result<void> forbid_forwarding();
[[nodiscard]] Result<void> forbid_forwarding(const std::string& interface);

} // namespace sluice::control::netlink
