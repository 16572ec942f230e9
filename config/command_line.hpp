// What the command lines of all our programs have in common.
#pragma once

#include <string>

#include <boost/program_options.hpp>

#include "dataplane/base/result.hpp"

namespace sluice::config {

// Reads the words and fills what the options are bound to. Refuses unknown options, wrong values and words that belong
// to no option; Boost's exceptions end here.
[[nodiscard]] Result<boost::program_options::variables_map>
read_command_line(int argc, const char* const* argv, const boost::program_options::options_description& known);

// What --help prints.
[[nodiscard]] std::string usage_of(const boost::program_options::options_description& known);

// Of --log-level: debug, info, warning or error.
[[nodiscard]] Result<void> check_log_level(const std::string& level);

} // namespace sluice::config
