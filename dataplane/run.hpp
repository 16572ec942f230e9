// The life of the process: command line, configuration, checks, forwarding, signal. main.cpp adds the pipelines.
#pragma once

#include "dataplane/dataplane.hpp"

namespace sluice::dataplane {

// The exit status: 0 after SIGTERM or SIGINT, 1 when it could not start, 2 for a wrong command line.
[[nodiscard]] int run(int argc, const char* const* argv, const MakePipelines& make_pipelines);

} // namespace sluice::dataplane
