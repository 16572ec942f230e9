// What follows from the objects: the routes' map, the tunnels' underlays, and the exits of all that was marked.
#include <algorithm>

#include "dataplane/table/build/exits.hpp"
#include "dataplane/table/build/forwarding.hpp"

namespace sluice::table {

void Forwarding::write(Snapshot& out)
{
    out.routes = routes_.build();
    routes_.commit(); // a transaction that is taken back puts the routes back
    find_underlays(out);
    write_exits(out);
    hops_.publish(out);
    links_.publish(out);
    tunnels_.publish(out);
    targets_.publish(out);
    out.teids = teids_.publish();
    if (!epochs_changed_) return;
    out.network_epochs = epochs_;
    epochs_changed_ = false;
}

// Needs the public routes: a tunnel's outer packet goes the way of any other.
void Forwarding::find_underlays(const Snapshot& out)
{
    std::vector<std::uint32_t> ends = tunnels_.take_new();
    const Tunnels::FarEnds& all = tunnels_.far_ends();
    if (changed_public_.size() >= all.size()) {
        for (const auto& [remote, far_end] : all)
            ends.push_back(far_end);
    } else {
        for (const Prefix& prefix : changed_public_)
            for (auto each = all.lower_bound(prefix.address); each != all.end() && prefix.contains(each->first); ++each)
                ends.push_back(each->second);
    }
    changed_public_.clear();
    for (const std::uint32_t far_end : ends)
        if (tunnels_.is_there(far_end)) find_underlay(far_end, out);
}

// The target towards the remote end, on-link members replaced by the remote itself. A tunnel within a tunnel is none.
void Forwarding::find_underlay(std::uint32_t far_end, const Snapshot& out)
{
    const auto [remote, before] = tunnels_.far_end(far_end);
    const Target route = remote.is_v4() ? out.routes.find4(public_network, remote.v4().value)
                                        : out.routes.find6(public_network, remote.v6().bytes.data());
    Target underlay = none;
    if (route != none) {
        const Targets::Members one{route ^ one_hop};
        Targets::Members members;
        for (const std::uint32_t hop : is_one_hop(route) ? one : targets_.members(route)) {
            const Hop row = hops_[hop];
            if (row.is_tunnel()) continue;
            if (row.kind == Hop::Kind::on_link) {
                members.push_back(links_.hold_gateway(row.interface, remote));
            } else {
                hops_.hold(hop);
                members.push_back(hop);
            }
        }
        underlay = targets_.hold(members);
        for (const std::uint32_t hop : members)
            release_hop(hop);
    }
    if (underlay == before) {
        if (underlay != none) release_target(underlay); // it is held already
        return;
    }
    if (before != none) disconnect(far_end, before);
    tunnels_.set_underlay(far_end, underlay);
    if (underlay != none) each_hop(underlay, [&](std::uint32_t hop) { links_.connect(hop, far_end); });
    if (before != none) release_target(before);
}

void Forwarding::disconnect(std::uint32_t far_end, Target underlay)
{
    each_hop(underlay, [&](std::uint32_t hop) { links_.disconnect(hop, far_end); });
}

template<class Visit>
void Forwarding::each_hop(Target target, Visit&& visit) const
{
    if (is_one_hop(target)) return visit(target ^ one_hop);
    for (const std::uint32_t hop : targets_.members(target))
        visit(hop);
}

// Links first: the tunnels that leave by them follow.
void Forwarding::write_exits(const Snapshot& out)
{
    for (const std::uint32_t hop : hops_.take_marked()) {
        const Hop::Kind kind = hops_[hop].kind;
        if (hops_[hop].is_tunnel()) {
            hops_.mark(hop);
        } else if (kind != Hop::Kind::unused) {
            write_link_exit(hop);
            for (const std::uint32_t far_end : links_.far_ends_over(hop))
                tunnels_.mark_all_of(far_end);
        }
    }
    for (const std::uint32_t hop : hops_.take_marked())
        write_tunnel_exit(hop, out);
}

void Forwarding::write_link_exit(std::uint32_t hop)
{
    const Hop& row = hops_[hop];
    const Interface& interface = fixed_[row.interface];
    Exit exit;
    exit.mtu = interface.mtu;
    if (row.kind == Hop::Kind::adjacency) put_link(exit, interface, links_.adjacency(hop).destination);
    hops_.set_exit(hop, exit);
}

void Forwarding::write_tunnel_exit(std::uint32_t hop, const Snapshot& out)
{
    const TunnelIdentity& identity = tunnels_.identity(hop);
    const Target underlay = tunnels_.far_end_of(hop).underlay;
    const TunnelHeader header = make_header(identity.kind, identity.id, identity.remote, out.settings, identity.mac);
    const std::uint16_t mtu = tunnel_mtu(out.networks[identity.network].mtu, underlay, header.length);
    Exit exit = tunnel_exit(identity.kind, identity.remote.is_v4(), header, mtu, counters_.number_of(identity));
    if (underlay != none && is_one_hop(underlay)) {
        const std::uint32_t outside = underlay ^ one_hop;
        if (hops_[outside].kind == Hop::Kind::adjacency)
            put_link(exit, fixed_[hops_[outside].interface], links_.adjacency(outside).destination);
    }
    hops_.set_exit(hop, exit);
}

std::uint16_t Forwarding::tunnel_mtu(std::uint16_t network_mtu, Target underlay, std::uint8_t header) const
{
    if (underlay == none) return network_mtu;
    std::uint16_t outer = 0xFFFF;
    bool is_empty = true;
    each_hop(underlay, [&](std::uint32_t hop) {
        outer = std::min(outer, fixed_[hops_[hop].interface].mtu);
        is_empty = false;
    });
    if (is_empty) outer = 0;
    const auto inner = static_cast<std::uint16_t>(outer - std::min<std::uint16_t>(outer, header));
    return network_mtu == 0 ? inner : std::min(inner, network_mtu);
}

} // namespace sluice::table
