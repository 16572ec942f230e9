// Work done inside a network namespace, by a thread that enters it and ends: the caller's own namespace never changes.
#pragma once

#include <functional>
#include <string>

#include "dataplane/base/result.hpp"

namespace sluice::dataplane {

// Where `ip netns` keeps it.
[[nodiscard]] std::string namespace_path(const std::string& name);

// Whether the caller is in it; an empty name is the caller's own.
[[nodiscard]] bool is_in_namespace(const std::string& name);

// An empty name is the caller's namespace. What is opened inside stays usable outside.
[[nodiscard]] Result<void> in_namespace(const std::string& name, const std::function<Result<void>()>& work);

} // namespace sluice::dataplane
