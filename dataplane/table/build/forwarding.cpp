// A transaction: numbers for the tunnels' counters, or refused; then the objects, one by one; then what follows from
// them, in forwarding_exits.cpp.
#include "dataplane/table/build/forwarding.hpp"

#include <algorithm>
#include <numeric>
#include <random>

#include "dataplane/base/mix.hpp"
#include "dataplane/table/build/fields.hpp"
#include "dataplane/table/build/validate.hpp"

namespace sluice::table {
namespace {

constexpr std::uint32_t largest_group = 256; // members after weights are written out
constexpr std::array counted{Kind::kRoute, Kind::kGtpuTunnel};

std::uint32_t weight_of(const api::NextHop& hop)
{
    return std::max(hop.weight(), 1U);
}

TunnelIdentity identity_of(const api::Route& route, const api::NextHop& hop)
{
    TunnelIdentity identity;
    identity.network = narrow(route.network());
    if (hop.has_vxlan()) {
        identity.kind = Tunnel::Kind::vxlan;
        identity.id = hop.vxlan().vni();
        identity.remote = ip_of(hop.vxlan().vtep());
        identity.mac = mac_of(hop.vxlan().mac());
    } else {
        identity.kind = Tunnel::Kind::gtpu;
        identity.id = hop.gtpu().teid();
        identity.remote = ip_of(hop.gtpu().peer());
    }
    return identity;
}

TunnelIdentity identity_of(const api::GtpuTunnel& tunnel)
{
    TunnelIdentity identity{
        Tunnel::Kind::gtpu, narrow(tunnel.network()), tunnel.peer_teid(), 0, ip_of(tunnel.peer()), {}};
    if (tunnel.peer_teid() == 0) identity.own_id = tunnel.teid();
    return identity;
}

std::uint64_t digest_of(const IpAddress& address, std::uint64_t rest)
{
    std::uint64_t digest = mix64(rest + address.bits());
    for (const char byte : address.packed())
        digest = mix64(digest ^ static_cast<std::uint8_t>(byte));
    return digest;
}

bool is_tunnel(const api::NextHop& hop)
{
    return hop.has_vxlan() || hop.has_gtpu();
}

bool is_on_link(const api::NextHop& hop)
{
    return !is_tunnel(hop) && hop.gateway().empty();
}

// Calls visit(identity) for each tunnel that the object wants counters for.
template<class Visit>
void each_tunnel(const api::Object* object, Visit&& visit)
{
    if (object == nullptr) return;
    if (object->has_gtpu_tunnel()) visit(identity_of(object->gtpu_tunnel()));
    for (const api::NextHop& hop : object->route().hops())
        if (is_tunnel(hop)) visit(identity_of(object->route(), hop));
}

// The other way round: what was there before comes back.
Changes opposite(const Changes& changes)
{
    Changes result;
    for (const Kind kind : {Kind::kSettings, Kind::kNetwork, Kind::kNeighbor, Kind::kRoute, Kind::kGtpuTunnel})
        for (const Change& change : changes.of(kind))
            result.add(kind, {change.now, change.before});
    return result;
}

// Sessions outlive this process and remember hops by their epoch: the next process must not number its own the same.
std::uint32_t first_epoch()
{
    return 2 + std::random_device{}() / 2; // 0 is of no hop, 1 of tables without routes
}

} // namespace

Forwarding::Forwarding(const std::vector<Interface>& fixed, const LearnedRoutes& learned, std::uint32_t tunnel_limit)
    : fixed_(fixed)
    , learned_(learned)
    , counters_(tunnel_limit)
    , on_link_routes_(fixed.size())
    , epochs_(Bounds::networks, first_epoch())
{
}

Result<void> Forwarding::apply(const Changes& changes, Snapshot& out)
{
    if (!count(changes)) {
        const std::size_t wanted = counters_.held();
        const Changes back = opposite(changes);
        for (const Kind kind : counted)
            hold_counters(back.of(kind));
        counters_.discard();
        return fail("tunnels", std::to_string(wanted) + " are more than memory.tunnels reserves counters for");
    }
    take_over(changes);
    write(out);
    return {};
}

void Forwarding::take_back(const Changes& changes)
{
    const Changes back = opposite(changes);
    take_over(back);
    for (const Kind kind : counted)
        hold_counters(back.of(kind));
    counters_.discard();
}

bool Forwarding::count(const Changes& changes)
{
    for (const Kind kind : counted)
        hold_counters(changes.of(kind));
    return counters_.settle();
}

void Forwarding::hold_counters(const std::vector<Change>& changes)
{
    for (const Change& change : changes) {
        each_tunnel(change.now, [this](const TunnelIdentity& identity) { counters_.hold(identity); });
        each_tunnel(change.before, [this](const TunnelIdentity& identity) { counters_.release(identity); });
    }
}

void Forwarding::take_over(const Changes& changes)
{
    for (const Change& change : changes.of(Kind::kNeighbor))
        change_neighbor(change);
    hold_learned_groups();
    for (const Change& change : changes.of(Kind::kRoute))
        change_route(change);
    for (const RouteKey& key : learned_.touched())
        change_learned(key);
    release_learned_groups();
    for (const Change& change : changes.of(Kind::kGtpuTunnel))
        change_teid(change);
    if (changes.any({Kind::kSettings})) tunnels_.mark_all();
    for (const Change& change : changes.of(Kind::kNetwork)) {
        const api::Object& network = change.now != nullptr ? *change.now : *change.before;
        tunnels_.mark_network(narrow(network.network().id()));
    }
}

void Forwarding::change_neighbor(const Change& change)
{
    const api::Neighbor& key = (change.now != nullptr ? change.now : change.before)->neighbor();
    const auto interface = narrow(key.interface());
    const IpAddress address = ip_of(key.address());
    if (change.now == nullptr) {
        release_hop(links_.clear_neighbor(interface, address));
        bump_on_link(interface);
    } else if (links_.set_neighbor(interface, address, mac_of(key.mac()))) {
        bump_on_link(interface);
    }
}

void Forwarding::change_route(const Change& change)
{
    const api::Route& key = (change.now != nullptr ? change.now : change.before)->route();
    const auto network = narrow(key.network());
    const Prefix prefix = prefix_of(key.prefix());
    if (change.before != nullptr) forget(change.before->route()); // what stays is said again by hold_target()
    std::optional<Target> target;
    if (change.now != nullptr) target = hold_target(change.now->route());
    if (network == public_network) {
        const RouteKey learned = RouteKey::of(prefix);
        if (change.now != nullptr)
            stated_.insert(learned);
        else
            stated_.erase(learned);
        if (!target) target = learned_target(learned);
    }
    const auto before = target ? routes_.put(network, prefix, *target) : routes_.remove(network, prefix);
    if (change.before != nullptr && before) release_target(*before); // a learned one is held by its group
    if (before == target) return;
    if (network == public_network)
        note_public_change(prefix);
    else
        bump(network);
}

void Forwarding::change_teid(const Change& change)
{
    if (change.now == nullptr) return teids_.erase(change.before->gtpu_tunnel().teid());
    const api::GtpuTunnel& from = change.now->gtpu_tunnel();
    GtpuTerminus terminus{counters_.number_of(identity_of(from)),
                          narrow(from.network()),
                          static_cast<std::uint8_t>(from.ue().size() == 4 ? 4 : 6),
                          {}};
    std::copy(from.ue().begin(), from.ue().end(), terminus.ue.begin());
    teids_.put(from.teid(), terminus);
}

// Hops as often as their weight says, in the smallest numbers that keep the proportion.
Target Forwarding::hold_target(const api::Route& route)
{
    std::uint32_t divisor = 0;
    std::uint64_t total = 0;
    for (const api::NextHop& hop : route.hops()) {
        divisor = std::gcd(divisor, weight_of(hop));
        total += weight_of(hop);
    }
    Targets::Members members;
    for (const api::NextHop& hop : route.hops()) {
        std::uint64_t times = weight_of(hop) / divisor;
        if (total / divisor > largest_group) times = std::max<std::uint64_t>(1, weight_of(hop) * largest_group / total);
        for (std::uint64_t i = 0; i < times; ++i)
            members.push_back(hold_hop(route, hop));
        if (is_on_link(hop)) ++on_link_routes_[hop.interface()][narrow(route.network())];
    }
    const Target target = targets_.hold(members);
    for (const std::uint32_t hop : members)
        release_hop(hop);
    return target;
}

std::uint32_t Forwarding::hold_hop(const api::Route& route, const api::NextHop& hop)
{
    if (is_tunnel(hop)) return tunnels_.hold(identity_of(route, hop), prefix_of(route.prefix()));
    const auto interface = narrow(hop.interface());
    return hop.gateway().empty() ? links_.hold_on_link(interface)
                                 : links_.hold_gateway(interface, ip_of(hop.gateway()));
}

// Drawn from whom it leads to, not from its number here: nodes with the same routes choose alike.
std::uint64_t Forwarding::who(std::uint32_t hop) const
{
    if (hops_[hop].is_tunnel()) {
        const TunnelIdentity& to = tunnels_.identity(hop);
        std::uint64_t digest = digest_of(to.remote, std::uint64_t{to.network} << 32 | to.id);
        for (const std::uint8_t byte : to.mac.bytes)
            digest = mix64(digest ^ byte);
        return mix64(digest ^ (std::uint64_t{to.own_id} << 8 | static_cast<std::uint8_t>(to.kind)));
    }
    const Adjacency& to = links_.adjacency(hop);
    return digest_of(to.gateway, std::uint64_t{to.interface} << 32);
}

// What else than its target a route that is no more has left behind.
void Forwarding::forget(const api::Route& route)
{
    for (const api::NextHop& hop : route.hops()) {
        if (is_tunnel(hop)) tunnels_.forget(identity_of(route, hop), prefix_of(route.prefix()));
        if (!is_on_link(hop)) continue;
        auto& routes = on_link_routes_[hop.interface()];
        const auto place = routes.find(narrow(route.network()));
        if (--place->second == 0) routes.erase(place);
    }
}

void Forwarding::release_target(Target target)
{
    if (is_one_hop(target)) return release_hop(target ^ one_hop);
    for (const std::uint32_t hop : targets_.release(target))
        release_hop(hop);
}

void Forwarding::release_hop(std::uint32_t hop)
{
    if (!hops_.release(hop)) return;
    if (!hops_[hop].is_tunnel()) return links_.let_go(hop);
    const auto gone = tunnels_.let_go(hop);
    if (!gone || gone->underlay == none) return;
    disconnect(gone->far_end, gone->underlay);
    release_target(gone->underlay);
}

void Forwarding::bump(std::uint16_t network)
{
    ++epochs_[network];
    epochs_changed_ = true;
}

void Forwarding::bump_on_link(std::uint16_t interface)
{
    for (const auto& [network, routes] : on_link_routes_[interface])
        bump(network);
}

} // namespace sluice::table
