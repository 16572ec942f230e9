// The rule that `version` comes first, so that a later format can be told from a mistake.
#pragma once

#include <optional>
#include <string>

#include "config/places.hpp"
#include "config/tree.hpp"

namespace sluice::config {

// check_shape sees to its value; this sees to its place.
[[nodiscard]] inline std::optional<PlacedError> version_problem(const Tree& root, const std::string& name)
{
    if (root.find("version") == nullptr || root.entries.front().key == "version") return std::nullopt;
    const TreeEntry& first = root.entries.front();
    return PlacedError{
        first.mark,
        {place_text(name, first.mark, first.key), "comes before version; write version: 1 as the first key"}};
}

} // namespace sluice::config
