// Rise and fall: when checks of one backend add up to another state.
#pragma once

#include <cstdint>
#include <string>

#include "control/health/target.hpp"

namespace sluice::control::health {

class Judge {
public:
    // rise, fall: at least 1.
    Judge(bool assumed_up, std::uint32_t rise, std::uint32_t fall)
        : rise_(rise)
        , fall_(fall)
        , state_(assumed_up ? State::up : State::waiting)
    {
    }

    // The first check of a backend of which nothing was known decides alone. true: the state is another one now.
    bool answered();
    bool failed(const std::string& why);

    [[nodiscard]] State state() const { return state_; }
    // The last failure that counts, with its place in the row: "connection refused (1 of 3)".
    [[nodiscard]] const std::string& reason() const { return reason_; }

private:
    std::uint32_t rise_;
    std::uint32_t fall_;
    State state_;
    std::uint32_t row_ = 0; // checks in a row that speak against the state
    std::string downed_by_; // "3 of 3" or "first check"
    std::string reason_;
};

} // namespace sluice::control::health
