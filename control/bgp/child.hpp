// A program run to its end, by a thread that may wait: with a deadline, and with what it said.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "dataplane/base/result.hpp"

namespace sluice::control::bgp {

struct Ended {
    int status = 0;   // exit status; 128 + n: by signal n
    std::string said; // the last 16 KiB of both outputs
};

// Files it makes are its user's alone (umask 077). At the deadline it is killed, which is an error.
[[nodiscard]] Result<Ended> run_child(const std::vector<std::string>& command, std::chrono::milliseconds patience);

} // namespace sluice::control::bgp
