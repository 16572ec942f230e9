#include "control/health/judge.hpp"

namespace sluice::control::health {

bool Judge::answered()
{
    if (state_ == State::down && ++row_ < rise_) return false;
    const bool changed = state_ != State::up;
    state_ = State::up;
    row_ = 0;
    reason_.clear();
    return changed;
}

bool Judge::failed(const std::string& why)
{
    const State before = state_;
    if (before == State::waiting) downed_by_ = "first check";
    if (before == State::up) downed_by_ = std::to_string(++row_) + " of " + std::to_string(fall_);
    if (before == State::waiting || (before == State::up && row_ == fall_)) state_ = State::down;
    if (state_ == State::down) row_ = 0;
    reason_ = why + " (" + downed_by_ + ")";
    return state_ != before;
}

} // namespace sluice::control::health
