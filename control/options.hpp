// The command line of sluice-control.
#pragma once

#include <string>

#include "dataplane/base/result.hpp"

namespace sluice::control {

struct Options {
    std::string config;
    std::string run_dir;   // empty: /run/sluice/<node.name>
    std::string state_dir; // empty: /var/lib/sluice/<node.name>
    std::string log_level = "info";
    bool check = false;
    bool help = false;
};

// The error is a usage error. `usage` is what --help prints.
[[nodiscard]] Result<Options> parse_options(int argc, const char* const* argv);
[[nodiscard]] std::string usage();

} // namespace sluice::control
