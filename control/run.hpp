// The life of the process: command line, configuration, service, signal.
#pragma once

namespace sluice::control {

// The exit status: 0 after SIGTERM or SIGINT and for a file that --check finds right, 1 when it could not start or the
// file has errors, 2 for a wrong command line.
[[nodiscard]] int run(int argc, const char* const* argv);

} // namespace sluice::control
