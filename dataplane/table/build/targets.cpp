#include "dataplane/table/build/targets.hpp"

#include <memory>

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
        ++place->second.second;
        return place->second.first;
    }
    const Target number = rows_.take();
    const auto made = groups_.emplace(std::move(members), std::pair(number, 1U)).first;
    members.clear();
    rows_.change(number).hops = made->first;
    if (at_.size() <= number) at_.resize(number + 1);
    at_[number] = made;
    return number;
}

Targets::Members Targets::release(Target group)
{
    const Groups::iterator place = at_[group];
    if (--place->second.second != 0) return {};
    Members members = place->first;
    // Workers read the members where they are.
    rows_.outlive(std::make_shared<Groups::node_type>(groups_.extract(place)));
    rows_.give(group);
    return members;
}

} // namespace sluice::table
