// Routes of the kernel's main table, a million of them: each a prefix and the number of where it leads, in a flat map
// (23 to 46 bytes per IPv4 route, 38 to 76 per IPv6 route). Of one prefix's metrics the lowest stands there, the others
// aside. What changes is remembered until it is taken. Used by the mirror's thread only.
//
// A dump makes everything anew, from `begin_dump` on; until it has ended well nothing is told, and then only what is
// different from what was told before.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "control/feeds/netlink/kernel_state.hpp"
#include "control/feeds/netlink/vias.hpp"
#include "dataplane/base/route_map.hpp"

namespace sluice::control::netlink {

class RouteMirror {
public:
    // `appended`: IPv4 keeps routes of one prefix and metric side by side (`ip route append`) and uses the first; the
    // hidden ones are read by a dump when the first goes.
    void add(const RouteKey& key, const Via& via, bool appended);
    // True: others may have come to light, and only a dump tells them.
    [[nodiscard]] bool remove(const RouteKey& key, std::uint32_t metric, const std::vector<Hop>& hops);

    void begin_dump();
    void clear(); // a dump begins again
    void end_dump();

    // What links mean has changed: everything is told again.
    void tell_all_again();

    [[nodiscard]] std::size_t size() const { return routes_.size(); }
    [[nodiscard]] bool has_changes() const { return !is_dumping_ && (!changed_.empty() || all_changed_); }
    // Appends to `out` what has changed. `usable`: where a route leads with the links as they are; without hops it
    // counts as gone, and the next metric as the first.
    using Usable = std::function<KernelVia(const Via&)>;
    void take(KernelUpdate& out, const Usable& usable);

private:
    using Aside = std::pair<RouteKey, std::uint32_t>; // prefix, metric

    void put(const RouteKey& key, std::uint32_t via);
    void change(const RouteKey& key)
    {
        if (!is_dumping_) changed_.put(key, true); // what a dump changes is seen at its end
    }
    void take_changed(std::vector<KernelRoute>& out) const;
    [[nodiscard]] std::uint32_t choose(const RouteKey& key, std::uint32_t first) const;
    void drop(RouteMap<std::uint32_t>& routes, std::map<Aside, std::uint32_t>& aside);

    Vias vias_;
    RouteMap<std::uint32_t> routes_;       // → number; of several metrics the lowest
    std::map<Aside, std::uint32_t> aside_; // the others
    std::set<Aside> hiding_;               // IPv4: a second one of this prefix and metric is there
    RouteMap<bool> changed_;               // since they were taken
    bool all_changed_ = false;
    std::vector<bool> is_usable_; // by number, as told last
    bool is_dumping_ = false;
    RouteMap<std::uint32_t> former_; // while a dump is under way: what was there before
    std::map<Aside, std::uint32_t> former_aside_;
};

} // namespace sluice::control::netlink
