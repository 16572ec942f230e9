// What routes and underlays lead to: one hop, or a group of several or none, one for each list of members. Used by the
// table server's thread only.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "dataplane/table/build/row_store.hpp"
#include "dataplane/table/snapshot.hpp"

namespace sluice::table {

class Targets {
public:
    using Members = std::vector<std::uint32_t>;

    // `identity`: who a hop leads to, as a number that is the same in every process.
    explicit Targets(std::function<std::uint64_t(std::uint32_t hop)> identity)
        : identity_(std::move(identity))
    {
    }

    // Each call is one hold on the target that it gives. Takes over a hold on every member; those that are not needed,
    // as the group is there already, are left in `members`.
    [[nodiscard]] Target hold(Members& members);
    // Of a group: gives the members that it held, when this was the last hold on it. Precondition: not is_one_hop().
    [[nodiscard]] Members release(Target group);

    [[nodiscard]] const Members& members(Target group) const { return at_[group]->first; }

    void publish(Snapshot& out) { out.groups = rows_.publish(); }

private:
    struct Made {
        Target number = 0;
        std::uint32_t holders = 0;
        std::vector<std::uint32_t> slots;
    };
    using Groups = std::map<Members, Made>;

    [[nodiscard]] std::vector<std::uint32_t> slots_of(const Members& members) const;

    std::function<std::uint64_t(std::uint32_t hop)> identity_;
    RowStore<Group> rows_; // their members and slots are those of groups_, 4 KB each
    Groups groups_;
    std::vector<Groups::iterator> at_; // by number
};

} // namespace sluice::table
