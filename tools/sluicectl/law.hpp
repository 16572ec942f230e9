// The counter law as read from a node: received + injected + originated = sent + drops + punted + consumed + held.
// The terms are those that the workers published; they are added up and compared here, none is derived from the others.
#pragma once

#include <string>
#include <vector>

#include "dataplane/api/sluice.pb.h"

namespace sluice::ctl {

[[nodiscard]] bool adds_up(const api::Law& law);
[[nodiscard]] std::string equation(const api::Law& law); // "received 8,120,441 + … = sent … + held 2   balanced"

struct Audit {
    api::Law sum;                      // of the workers' terms
    std::vector<std::string> findings; // one sentence each; none: the law holds
};

// Every worker, their sum, and whether the sum agrees with the node's own law and with the rows of reasons.
[[nodiscard]] Audit audit(const api::Drops& drops);

} // namespace sluice::ctl
