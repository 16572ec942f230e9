// The steering rules once more, from the README's table, for the random packets: bytes are read by their place in the
// frame, and addresses are looked for in a list. Shares neither code nor layouts with the program.
#pragma once

#include <string>

#include "tests/unit/steering/site.hpp"

namespace sluice::test {

[[nodiscard]] std::string reference_verdict(ByteSpan frame, site::Tunnels tunnels);

} // namespace sluice::test
