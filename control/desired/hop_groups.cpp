#include "control/desired/hop_groups.hpp"

namespace sluice::control {

std::uint32_t HopGroups::hold(const api::RouteGroup& group)
{
    const auto [place, is_new] = numbers_.try_emplace(group.SerializeAsString(), 0U);
    if (is_new) {
        if (free_.empty()) {
            place->second = static_cast<std::uint32_t>(entries_.size());
            entries_.emplace_back();
        } else {
            place->second = free_.back();
            free_.pop_back();
        }
        entries_[place->second].group = group;
    }
    hold(place->second);
    return place->second;
}

void HopGroups::release(std::uint32_t number)
{
    Entry& entry = entries_[number];
    if (--entry.holders != 0) return;
    numbers_.erase(entry.group.SerializeAsString());
    entry.group.Clear();
    free_.push_back(number);
}

} // namespace sluice::control
