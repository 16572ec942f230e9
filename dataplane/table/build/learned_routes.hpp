// Learned routes of the public network, as the control process programmed them: each a prefix and the number of its
// next hops, which stand once for all routes that share them. With a transaction on top that is kept or taken back as a
// whole. Used by the table server's thread only. 23 to 46 bytes per IPv4 route, 53 to 106 per IPv6 route, as the map
// doubles; bounded by the limit of routes that validation checks.
//
//     learned.change(remove, upsert);   // refused: take it back
//     learned.commit();                 // or take_back(), and forget() when nobody needs to know what it was
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dataplane/api/route_set.hpp"
#include "dataplane/base/route_map.hpp"

namespace sluice::table {

class LearnedRoutes {
public:
    // Both sets have passed api::check(). Refused: what is removed is not there.
    [[nodiscard]] Result<void> change(const api::RouteSet& remove, const api::RouteSet& upsert);
    void commit() { forget(); }
    // As before the open transaction; what it touched is still told by the two below.
    void take_back();
    // The end of the open transaction: next hops that no route has are gone.
    void forget();

    // Of the open transaction. Some may be as they were before, some may stand there twice.
    [[nodiscard]] const std::vector<RouteKey>& touched() const { return touched_; }
    [[nodiscard]] const std::vector<std::uint32_t>& touched_groups() const { return touched_groups_; }

    [[nodiscard]] std::size_t size() const { return routes_.size(); }
    // The number of the route's next hops.
    [[nodiscard]] const std::uint32_t* find(const RouteKey& key) const { return routes_.find(key); }
    [[nodiscard]] const api::RouteGroup& group(std::uint32_t number) const { return groups_[number].group; }
    [[nodiscard]] bool is_used(std::uint32_t number) const { return groups_[number].routes != 0; }
    [[nodiscard]] std::size_t bytes_used() const { return routes_.bytes_used(); }

    // Appends the next routes behind `after`, nullopt: the first ones, to `out`, at most `limit`. True: there are more.
    // Who reads while routes change meets each that was there all the time once, and no other twice.
    [[nodiscard]] bool read(std::optional<RouteKey> after, std::size_t limit, api::RouteSet& out) const;

private:
    struct Group {
        api::RouteGroup group;
        std::uint32_t routes = 0;
    };
    struct Undo {
        RouteKey key;
        std::optional<std::uint32_t> before;
    };

    [[nodiscard]] std::uint32_t number_of(const api::RouteGroup& group);
    void set(const RouteKey& key, std::optional<std::uint32_t> group);
    void count(std::uint32_t group, int change);

    RouteMap<std::uint32_t> routes_;
    std::vector<Group> groups_; // by number
    std::map<std::string, std::uint32_t> numbers_;
    std::vector<std::uint32_t> free_;

    std::vector<Undo> undo_;
    std::vector<RouteKey> touched_;
    std::vector<std::uint32_t> touched_groups_;
    std::uint64_t version_ = 0; // grows with what is committed

    // For those who read: made when the first piece is asked for, gone after the last one.
    mutable std::vector<RouteKey> order_;
    mutable std::uint64_t order_version_ = 0;
};

} // namespace sluice::table
