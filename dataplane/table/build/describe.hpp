// How an error names an object of the contract.
#pragma once

#include <string>

#include "dataplane/api/sluice.pb.h"

namespace sluice::table {

// "route 10.1.0.0/24 in network 3". Never fails, whatever the fields hold.
[[nodiscard]] std::string describe(const api::Object& object);

} // namespace sluice::table
