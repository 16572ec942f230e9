// Routes, their next hops, neighbours, tunnels and TEIDs, kept from one transaction to the next: each costs what it
// changes. Used by the table server's thread only.
//
// Who holds whom: route, or a group of learned routes → target → hop; neighbour → hop; tunnel's hop → far end →
// underlay (a target) → hop. What nobody holds is free. A hop keeps its number as long as it is held, so a neighbour
// that comes, moves or goes changes one hop, and the exits of the tunnels that leave by it, and no route.
//
// A session remembers a hop's number and the epoch of the network it leaves into. The epoch grows with every change of
// that network's routes, and when a neighbour comes or goes on an interface that the network is on link with: those are
// all the ways by which a number can come to mean another hop or a better one can be there.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "dataplane/base/result.hpp"
#include "dataplane/table/build/learned_routes.hpp"
#include "dataplane/table/build/links.hpp"
#include "dataplane/table/build/object_store.hpp"
#include "dataplane/table/build/targets.hpp"
#include "dataplane/table/build/tunnels.hpp"
#include "dataplane/table/route_table.hpp"

namespace sluice::table {

class Forwarding {
public:
    // `fixed`: as the configuration made them; what exits need of interfaces never changes. `learned`: as the open
    // transaction leaves them. Both outlive it.
    Forwarding(const std::vector<Interface>& fixed, const LearnedRoutes& learned, std::uint32_t tunnel_limit);
    Forwarding(const Forwarding&) = delete;
    Forwarding& operator=(const Forwarding&) = delete;

    // The tables of `out` after `changes` and what the learned routes' open transaction touched; its settings and
    // networks are done. Refused: nothing has changed.
    [[nodiscard]] Result<void> apply(const Changes& changes, Snapshot& out);
    void commit() { counters_.commit(); }
    // The opposite of apply() with the same changes, which were not committed; the learned routes are taken back
    // already. Numbers may be others than before, so the epochs stay grown.
    void take_back(const Changes& changes);

    [[nodiscard]] std::size_t tunnels() const { return counters_.committed(); }
    // Of everything that is there once for each tunnel.
    [[nodiscard]] std::size_t tunnel_bytes() const
    {
        return hops_.bytes_used() + tunnels_.bytes_used() + teids_.bytes_used();
    }

private:
    [[nodiscard]] bool count(const Changes& changes);
    void hold_counters(const std::vector<Change>& changes);
    void take_over(const Changes& changes);
    void change_neighbor(const Change& change);
    void change_route(const Change& change);
    void change_teid(const Change& change);

    void hold_learned_groups();
    void release_learned_groups();
    void change_learned(const RouteKey& key);
    [[nodiscard]] std::optional<Target> learned_target(const RouteKey& key) const;
    void note_public_change(const Prefix& prefix);

    [[nodiscard]] Target hold_target(const api::Route& route);
    [[nodiscard]] std::uint32_t hold_hop(const api::Route& route, const api::NextHop& hop);
    void forget(const api::Route& route);
    void release_target(Target target);
    [[nodiscard]] std::uint64_t who(std::uint32_t hop) const;
    void release_hop(std::uint32_t hop);
    void bump(std::uint16_t network);
    void bump_on_link(std::uint16_t interface);

    void write(Snapshot& out);
    void find_underlays(const Snapshot& out);
    void find_underlay(std::uint32_t far_end, const Snapshot& out);
    template<class Visit>
    void each_hop(Target target, Visit&& visit) const;
    void disconnect(std::uint32_t far_end, Target underlay);
    void write_exits(const Snapshot& out);
    void write_link_exit(std::uint32_t hop);
    void write_tunnel_exit(std::uint32_t hop, const Snapshot& out);
    [[nodiscard]] std::uint16_t tunnel_mtu(std::uint16_t network_mtu, Target underlay, std::uint8_t header) const;

    const std::vector<Interface>& fixed_;
    const LearnedRoutes& learned_;
    TunnelCounters counters_;
    HopStore hops_;
    Links links_{hops_};
    Tunnels tunnels_{hops_};
    Targets targets_{[this](std::uint32_t hop) { return who(hop); }};
    RouteTable routes_;
    RowMapStore<TeidRow> teids_;
    std::set<RouteKey> stated_;           // public prefixes that have a Route: it counts, not what was learned
    std::vector<Target> learned_targets_; // by group; `none`: not held

    std::vector<std::map<std::uint16_t, std::uint32_t>> on_link_routes_; // by interface: how many of each network
    std::vector<std::uint32_t> epochs_;                                  // by network
    bool epochs_changed_ = true;
    std::vector<Prefix> changed_public_; // routes by which an underlay may have to be found anew
};

} // namespace sluice::table
