// The routes that the kernel and routing daemons teach, as they should be in the dataplane and as they are: a million
// of them, so a round touches what has changed and nothing else. Beside each prefix stand two numbers: where the kernel
// leads it, and which next hops the dataplane was told; where the two differ the prefix is due.
//
//     routes.apply(update);                 // of the mirror
//     while (routes.fill(transaction, n))   // the next of those that are due
//         sent ? routes.committed() : routes.refused();
//
// 29 to 57 bytes per IPv4 route, 46 to 92 per IPv6 route. Prefixes that the configuration has, too, are sent all the
// same: the dataplane lets the configuration win.
#pragma once

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "control/desired/hop_groups.hpp"
#include "control/feeds/netlink/kernel_state.hpp"
#include "control/interfaces.hpp"
#include "dataplane/api/route_set.hpp"
#include "dataplane/base/route_map.hpp"

namespace sluice::control {

class LearnedRoutes {
public:
    // Next hops over other interfaces are left out, and routes that have no others.
    void set_interfaces(const Interfaces& interfaces);
    // false: what routing daemons taught is not to be used, what people and static routes say is. True: that is new.
    bool use_daemons(bool use);
    // How many the dataplane takes; what comes when they are all in use is left out until others go.
    void set_room(std::size_t routes) { room_ = routes; }
    void apply(const KernelUpdate& update);

    // What the dataplane holds, from `begin_reading` on piece by piece, each checked; in the end everything is
    // compared.
    void begin_reading();
    [[nodiscard]] Result<void> read(const api::RouteSet& piece);
    void end_reading();

    [[nodiscard]] bool is_due() const
    {
        return !due_.empty() || !due_removals_.empty() || (!left_out_.empty() && programmed_ < room_);
    }
    // Adds at most `limit` of those that are due, removals first; how many. Then one of the two below.
    [[nodiscard]] std::size_t fill(api::Transaction& transaction, std::size_t limit);
    void committed();
    void refused(); // they are due again

    // Gateways that forwarding needs; whether they are others than when this was asked last.
    [[nodiscard]] std::set<NeighborPlace> next_hops() const;
    [[nodiscard]] bool take_next_hops_changed();

    [[nodiscard]] std::size_t size() const { return wanted_; } // that the kernel has
    [[nodiscard]] std::size_t programmed() const { return programmed_; }
    // For want of room, once nothing is due.
    [[nodiscard]] std::size_t left_out() const
    {
        return left_out_.empty() ? 0 : wanted_ - std::min(wanted_, programmed_);
    }
    [[nodiscard]] std::size_t bytes_used() const { return routes_.bytes_used(); }

private:
    static constexpr std::uint32_t no_group = (std::uint32_t{1} << 31) - 1;

    struct Route {
        std::uint32_t via = no_via; // the kernel's
        std::uint32_t programmed : 31 = no_group;
        std::uint32_t is_due : 1 = 0;
    };
    struct KnownVia {
        KernelVia via;
        std::uint32_t group = no_group; // none: not to be used, or nowhere
        std::uint32_t routes = 0;
    };
    struct Sent {
        RouteKey key;
        std::uint32_t group;
    };

    void define(std::uint32_t number, const KernelVia& via);
    void resolve(KnownVia& known);
    void resolve_all();
    [[nodiscard]] std::optional<api::RouteGroup> group_of(const KernelVia& via) const;
    void set_via(const RouteKey& key, std::uint32_t via);
    void count(std::uint32_t via, int change);
    void look(const RouteKey& key, Route& route);
    void look_at_all();
    [[nodiscard]] std::uint32_t group_of(const Route& route) const;
    struct Filling;
    void fill_from(std::vector<RouteKey>& due, Filling& filling);
    void bring_back(std::size_t most);
    void set_programmed(const RouteKey& key, std::uint32_t group);
    void forget_if_nothing(const RouteKey& key);

    std::map<std::string, std::uint32_t> interfaces_;
    bool use_daemons_ = true;
    HopGroups groups_;
    std::vector<KnownVia> vias_; // by the mirror's number
    RouteMap<Route> routes_;
    std::vector<RouteKey> due_; // some may have become as they should be
    std::vector<RouteKey> due_removals_;
    std::vector<RouteKey> left_out_; // due as well, but there was no room for them; some may have gone
    std::vector<Sent> sent_;         // between fill() and what came of it
    std::size_t wanted_ = 0;
    std::size_t programmed_ = 0;
    std::size_t room_ = std::numeric_limits<std::size_t>::max();
    bool next_hops_changed_ = false;
};

} // namespace sluice::control
