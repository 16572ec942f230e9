// Words that several checks use.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::ctl::doctor {

[[nodiscard]] std::string list_of(std::vector<unsigned> cores);   // "2-4,7": as the kernel writes it
[[nodiscard]] std::string words_of(const std::vector<unsigned>&); // "2 3 4 7": for a shell's loop
// Adds words to the kernel's command line on Debian, and starts the machine again.
[[nodiscard]] std::string kernel_arguments(const std::string& words);

} // namespace sluice::ctl::doctor
