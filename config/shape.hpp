// The first half of the check: each key known and once, each value of its key's type and range.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "config/keys.hpp"
#include "config/places.hpp"
#include "config/tree.hpp"
#include "dataplane/base/result.hpp"

namespace sluice::config {

struct ShapeError {
    PlacedError placed;
    std::string section;     // the first key of the path, or empty: the whole file
    bool value_lost = false; // the section's values are not all what the operator meant
};

// Reports every departure of `root` from `keys`, and notes in `places` where each path stands.
[[nodiscard]] std::vector<ShapeError> check_shape(const Tree& root, std::span<const Key> keys, Places& places);

} // namespace sluice::config
