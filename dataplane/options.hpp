// The command line of sluice-dataplane.
#pragma once

#include <string>

#include "dataplane/base/result.hpp"

namespace sluice::dataplane {

struct Options {
    std::string config;
    std::string run_folder; // empty: /run/sluice/NODE
    std::string log_level = "info";
    bool help = false;
};

[[nodiscard]] Result<Options> parse_options(int argc, const char* const* argv);
[[nodiscard]] std::string usage();

} // namespace sluice::dataplane
