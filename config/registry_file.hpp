// A registry in a YAML file: which backends provide which service. Read at the check, and again whenever it changes.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "config/schema.hpp"
#include "dataplane/base/result.hpp"

namespace sluice::config {

struct RegistryFile {
    std::map<std::string, std::vector<Backend>> services; // a known service may have no backend
};

// All errors at once, each with its place in the registry file.
[[nodiscard]] tl::expected<RegistryFile, std::vector<Error>> load_registry_file(const std::string& path);
[[nodiscard]] tl::expected<RegistryFile, std::vector<Error>> load_registry_text(const std::string& text,
                                                                                const std::string& name);

} // namespace sluice::config
