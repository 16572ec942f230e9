#include "dataplane/table/build/learned_routes.hpp"

#include <algorithm>

namespace sluice::table {

Result<void> LearnedRoutes::change(const api::RouteSet& remove, const api::RouteSet& upsert)
{
    std::optional<RouteKey> missing;
    api::for_each_route(remove, [&](const RouteKey& key, std::uint32_t) {
        if (routes_.find(key) == nullptr && !missing) missing = key;
        set(key, std::nullopt);
    });
    if (missing) return fail("learned route " + missing->prefix().text(), "is not there to be removed");
    std::vector<std::uint32_t> numbers;
    for (const api::RouteGroup& group : upsert.groups())
        numbers.push_back(number_of(group));
    api::for_each_route(upsert, [&](const RouteKey& key, std::uint32_t group) { set(key, numbers[group]); });
    return {};
}

std::uint32_t LearnedRoutes::number_of(const api::RouteGroup& group)
{
    const auto [place, is_new] = numbers_.try_emplace(group.SerializeAsString(), 0U);
    if (is_new) {
        if (free_.empty()) {
            place->second = static_cast<std::uint32_t>(groups_.size());
            groups_.emplace_back();
        } else {
            place->second = free_.back();
            free_.pop_back();
        }
        groups_[place->second].group = group;
        touched_groups_.push_back(place->second); // nobody may come to have it
    }
    return place->second;
}

void LearnedRoutes::set(const RouteKey& key, std::optional<std::uint32_t> group)
{
    const std::optional<std::uint32_t> before = group ? routes_.put(key, *group) : routes_.erase(key);
    if (before == group) return;
    undo_.push_back({key, before});
    touched_.push_back(key);
    if (group) count(*group, 1);
    if (before) count(*before, -1);
}

void LearnedRoutes::count(std::uint32_t group, int change)
{
    std::uint32_t& routes = groups_[group].routes;
    const bool was_used = routes != 0;
    routes += static_cast<std::uint32_t>(change);
    if (was_used != (routes != 0)) touched_groups_.push_back(group);
}

void LearnedRoutes::take_back()
{
    for (auto undo = undo_.rbegin(); undo != undo_.rend(); ++undo) {
        const auto now = undo->before ? routes_.put(undo->key, *undo->before) : routes_.erase(undo->key);
        if (undo->before) count(*undo->before, 1);
        if (now) count(*now, -1);
    }
    undo_.clear();
}

void LearnedRoutes::forget()
{
    if (!touched_.empty()) ++version_;
    undo_.clear();
    touched_.clear();
    for (const std::uint32_t group : touched_groups_) {
        if (groups_[group].routes != 0) continue;
        if (numbers_.erase(groups_[group].group.SerializeAsString()) == 0) continue; // it stands there twice
        groups_[group].group.Clear();
        free_.push_back(group);
    }
    touched_groups_.clear();
}

bool LearnedRoutes::read(std::optional<RouteKey> after, std::size_t limit, api::RouteSet& out) const
{
    if (order_.empty() || (!after && order_version_ != version_)) {
        order_.clear();
        order_.reserve(routes_.size());
        routes_.for_each([&](const RouteKey& key, std::uint32_t) { order_.push_back(key); });
        std::sort(order_.begin(), order_.end());
        order_version_ = version_;
    }
    std::map<std::uint32_t, std::uint32_t> indices; // of groups in `out`
    auto each = after ? std::upper_bound(order_.begin(), order_.end(), *after) : order_.begin();
    for (; each != order_.end() && limit != 0; ++each) {
        const std::uint32_t* group = routes_.find(*each);
        if (group == nullptr) continue; // removed since
        const auto [index, is_new] = indices.try_emplace(*group, static_cast<std::uint32_t>(out.groups_size()));
        if (is_new) *out.add_groups() = groups_[*group].group;
        api::append(out, *each, index->second);
        --limit;
    }
    const bool more = each != order_.end();
    if (!more) order_ = {};
    return more;
}

} // namespace sluice::table
