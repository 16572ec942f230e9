// One scalar against the row of its key.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/keys.hpp"
#include "config/tree.hpp"

namespace sluice::config {

// What is wrong with a value and what would be right, or nothing.
[[nodiscard]] std::optional<std::string> value_problem(const Key& key, const Tree& scalar);

// The same for a name of the operator's choice: letters, digits and - _ . (a registry's names have dots). Names become
// parts of paths and of commands, so none starts with a dot or a dash.
[[nodiscard]] std::optional<std::string> name_problem(std::string_view name);

// "a prefix", "a count (1280..9216)": what a value of this key is, for messages.
[[nodiscard]] std::string value_words(const Key& key);

} // namespace sluice::config
