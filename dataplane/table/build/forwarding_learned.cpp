// Learned routes: a group's target is held once, for as long as any route has the group.
#include "dataplane/table/build/forwarding.hpp"

namespace sluice::table {
namespace {

// As a Route of these next hops would have it.
api::Route route_of_group(const api::RouteGroup& group)
{
    api::Route route;
    *route.mutable_hops() = group.hops();
    return route;
}

} // namespace

void Forwarding::hold_learned_groups()
{
    for (const std::uint32_t group : learned_.touched_groups()) {
        if (learned_targets_.size() <= group) learned_targets_.resize(group + std::size_t{1}, none);
        if (learned_.is_used(group) && learned_targets_[group] == none)
            learned_targets_[group] = hold_target(route_of_group(learned_.group(group)));
    }
}

void Forwarding::release_learned_groups()
{
    for (const std::uint32_t group : learned_.touched_groups()) {
        if (learned_.is_used(group) || learned_targets_[group] == none) continue;
        forget(route_of_group(learned_.group(group)));
        release_target(std::exchange(learned_targets_[group], none));
    }
}

std::optional<Target> Forwarding::learned_target(const RouteKey& key) const
{
    const std::uint32_t* group = learned_.find(key);
    return group == nullptr ? std::nullopt : std::optional(learned_targets_[*group]);
}

void Forwarding::change_learned(const RouteKey& key)
{
    if (stated_.contains(key)) return;
    const Prefix prefix = key.prefix();
    const auto target = learned_target(key);
    const auto before = target ? routes_.put(public_network, prefix, *target) : routes_.remove(public_network, prefix);
    if (before != target) note_public_change(prefix);
}

void Forwarding::note_public_change(const Prefix& prefix)
{
    bump(public_network);
    changed_public_.push_back(prefix);
}

} // namespace sluice::table
