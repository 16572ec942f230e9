#include "dataplane/table/build/targets.hpp"

#include <memory>

#include "dataplane/table/build/resilient.hpp"

namespace sluice::table {

Target Targets::hold(Members& members)
{
    if (members.size() == 1) {
        const std::uint32_t hop = members[0];
        members.clear();
        return hop | one_hop;
    }
    const auto place = groups_.find(members);
    if (place != groups_.end()) {
        ++place->second.holders;
        return place->second.number;
    }
    const Target number = rows_.take();
    Made made{number, 1, slots_of(members)};
    const auto group = groups_.emplace(std::move(members), std::move(made)).first;
    members.clear();
    Group& row = rows_.change(number);
    row.hops = group->first;
    row.slots = group->second.slots.empty() ? nullptr : group->second.slots.data();
    if (at_.size() <= number) at_.resize(number + 1);
    at_[number] = group;
    return number;
}

std::vector<std::uint32_t> Targets::slots_of(const Members& members) const
{
    std::map<std::uint32_t, Member> each;
    for (const std::uint32_t hop : members) {
        const auto [place, is_new] = each.try_emplace(hop, Member{hop, 0, 0});
        if (is_new) place->second.identity = identity_(hop);
        ++place->second.weight;
    }
    std::vector<Member> list;
    for (const auto& [hop, member] : each)
        list.push_back(member);
    return resilient_slots(list);
}

Targets::Members Targets::release(Target group)
{
    const Groups::iterator place = at_[group];
    if (--place->second.holders != 0) return {};
    Members members = place->first;
    // Workers read the members and slots where they are.
    rows_.outlive(std::make_shared<Groups::node_type>(groups_.extract(place)));
    rows_.give(group);
    return members;
}

} // namespace sluice::table
