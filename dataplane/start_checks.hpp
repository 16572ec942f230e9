// Whether a node can start on this machine, judged before DPDK is asked: every refusal is one sentence that names what
// is missing and how to mend it. What will merely hurt is a warning, shown in the log and by `sluicectl status`.
#pragma once

#include <string>
#include <vector>

#include "dataplane/base/result.hpp"
#include "dataplane/machine.hpp"

namespace sluice::dataplane {

struct StartFindings {
    std::vector<Error> refusals; // empty: it can start
    std::vector<std::string> warnings;
};

[[nodiscard]] StartFindings judge(const config::Config& config, const Machine& machine);

} // namespace sluice::dataplane
