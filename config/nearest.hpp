// The known name nearest to a mistyped one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::config {

// ", did you mean 'address'?" when one is near (edit distance at most a third of its length, at least 1),
// "; known here: address, ports" when none is, "" when nothing is known.
[[nodiscard]] std::string suggestion(std::string_view name, const std::vector<std::string>& known);

} // namespace sluice::config
