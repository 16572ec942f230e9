// A secret that stands in a file of its own, so that it is in no configuration, no log and no answer.
#pragma once

#include <string>

#include "dataplane/base/result.hpp"

namespace sluice::config {

// The file's one line without its end. Refused: an empty one, more than 80 characters (the longest key of TCP MD5 on
// Linux), and whatever is not visible ASCII, since FRR's configuration has no quotes. The error never shows the
// content.
[[nodiscard]] Result<std::string> read_secret(const std::string& path);

} // namespace sluice::config
