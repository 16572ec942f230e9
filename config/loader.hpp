// From a file to a checked configuration. All errors of a file are reported at once, in the order of the text:
// those of its shape (keys, types, ranges), and of what its sections say to each other, as far as those sections have
// the right shape.
#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "config/schema.hpp"
#include "dataplane/base/result.hpp"

namespace sluice::config {

struct Loaded {
    Config config;
    std::vector<std::string> warnings; // "gateway.yaml:14:9: services.order.backends: …", nothing that stops a start
};

[[nodiscard]] tl::expected<Loaded, std::vector<Error>> load_file(const std::string& path);

// `name` is what places start with; relative file names in the text are relative to its folder.
[[nodiscard]] tl::expected<Loaded, std::vector<Error>> load_text(const std::string& text, const std::string& name);

} // namespace sluice::config
