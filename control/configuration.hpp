// A configuration file as it was read, and what of it may run now.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "config/schema.hpp"
#include "dataplane/base/result.hpp"

namespace sluice::control {

struct Configuration {
    std::string path; // absolute
    std::string text;
    config::Config settings;
    std::vector<std::string> warnings;
};

using Errors = std::vector<Error>;

// All errors of the file at once.
[[nodiscard]] tl::expected<Configuration, Errors> read_configuration(const std::string& path);
// `text` as if it stood at `path`.
[[nodiscard]] tl::expected<Configuration, Errors> parse_configuration(std::string path, std::string text);

} // namespace sluice::control
