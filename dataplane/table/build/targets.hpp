// What routes and underlays lead to: one hop, or a group of several or none, one for each list of members. Used by the
// table server's thread only.
#pragma once

#include <map>
#include <vector>

#include "dataplane/table/build/row_store.hpp"
#include "dataplane/table/snapshot.hpp"

namespace sluice::table {

class Targets {
public:
    using Members = std::vector<std::uint32_t>;

    // Each call is one hold on the target that it gives. Takes over a hold on every member; those that are not needed,
    // as the group is there already, are left in `members`.
    [[nodiscard]] Target hold(Members& members);
    // Of a group: gives the members that it held, when this was the last hold on it. Precondition: not is_one_hop().
    [[nodiscard]] Members release(Target group);

    [[nodiscard]] const Members& members(Target group) const { return at_[group]->first; }

    void publish(Snapshot& out) { out.groups = rows_.publish(); }

private:
    using Groups = std::map<Members, std::pair<Target, std::uint32_t>>; // → number, holders

    RowStore<Group> rows_; // their members are those of groups_
    Groups groups_;
    std::vector<Groups::iterator> at_; // by number
};

} // namespace sluice::table
