// The command line: which rows, how long, how they are printed.
#pragma once

#include <string>
#include <vector>

#include "dataplane/base/result.hpp"

namespace sluice::bench {

struct Options {
    bool help = false;
    bool list = false;
    bool json = false;
    bool stages = false;            // the cycles of each pass, too
    bool quick = false;             // runs every case with few flows and windows; judges no time
    std::vector<std::string> cases; // empty: all
    std::vector<std::size_t> flows; // empty: each case's own
    std::vector<std::size_t> tunnels;
    std::vector<unsigned> bursts; // 1..64; empty: each case's own
    unsigned windows = 31;
    std::string repository = ".";
};

[[nodiscard]] Result<Options> parse_options(int argc, const char* const* argv);
[[nodiscard]] std::string usage();

// "16k" is 16'000, "8M" 8'000'000.
[[nodiscard]] Result<std::size_t> parse_count(const std::string& text);
[[nodiscard]] std::string count_text(std::size_t count);

} // namespace sluice::bench
