// What the control process and its helper say to each other: one datagram each way over a socket pair of their own.
#pragma once

#include <array>
#include <cstdint>

namespace sluice::control::presence {

enum class Ask : std::uint8_t { make, remove, socket };

struct Question {
    Ask what{};
    std::int32_t family = 0;
    std::int32_t type = 0;
    std::int32_t protocol = 0;
    std::array<char, 256> network{}; // ends with a zero; empty: the node's own namespace
};

// A descriptor travels beside it when there is no error.
struct Answer {
    std::int32_t error = 0;       // errno
    std::array<char, 64> where{}; // which step met it; ends with a zero
};

} // namespace sluice::control::presence
