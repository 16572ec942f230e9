// The last passes: session or route, rewrite, exit.
#include "pipelines/express.hpp"

#include "pipelines/express_look.hpp"
#include "pipelines/express_send.hpp"
#include "pipelines/ip/way.hpp"
#include "pipelines/l4lb/balance.hpp"
#include "pipelines/openings.hpp"
#include "pipelines/traffic_runs.hpp"

namespace sluice {
namespace {

// Inside its network a packet goes by the routes when no session knows it.
bool needs_route(const ExpressItem& item) noexcept
{
    return item.lane == ExpressSeen::Lane::plain ||
           (item.entry == table::none && item.network != table::public_network);
}

bool comes_by_vxlan(const ExpressItem& item) noexcept
{
    return item.tunnel == ExpressItem::from_vxlan;
}

bool is_vxlan(const table::Exit& exit) noexcept
{
    return exit.kind == table::Exit::Kind::vxlan4 || exit.kind == table::Exit::Kind::vxlan6;
}

} // namespace

void Express::run(std::uint16_t port, rte_mbuf* const* frames, unsigned count, GeneralWay& general,
                  StageClock* clock) noexcept
{
    using Pass = StageClock::Pass;
    const auto ended = [clock](Pass pass) {
        if (clock != nullptr) clock->end(pass);
    };
    if (clock != nullptr) clock->begin(count);
    look_all(port, frames, count);
    ended(Pass::look);
    open_all();
    ended(Pass::open);
    choose_all();
    ended(Pass::choose);
    hash_all<V4>(), hash_all<V6>();
    ended(Pass::hash);
    fetch_all<V4>(), fetch_all<V6>();
    fetch_slots();
    ended(Pass::fetch);
    deepen_all<V4>(), deepen_all<V6>();
    fetch_backends();
    ended(Pass::deepen);
    find_groups<V4>(), find_groups<V6>();
    fetch_counts();
    ended(Pass::group);
    resolve_all<V4>(), resolve_all<V6>();
    ended(Pass::resolve);
    find_all_tunnels(lane_.flows4), find_all_tunnels(lane_.flows6);
    ended(Pass::tunnel);
    if (openings_) foresee(count);
    ended(Pass::foresee);
    send(count, general);
    ended(Pass::leave);
}

void Express::foresee(unsigned count) noexcept
{
    const unsigned allowed = new_sessions_.allowance(context_.now, count);
    if (allowed < count) mark_openings(count);
    if (allowed != 0) Openings(tables_, sessions_, reserves_).foresee(lane_, count, allowed);
}

template<class Family>
const ExpressList& Express::flows() const noexcept
{
    return Family::family == V4::family ? lane_.flows4 : lane_.flows6;
}

template<class Family>
ExpressList& Express::routed() noexcept
{
    return Family::family == V4::family ? lane_.routed4 : lane_.routed6;
}

template<class Family>
void Express::hash_all() noexcept
{
    const ExpressList& all = flows<Family>();
    auto& sessions = sessions_.of<Family>();
    sessions.hash_each(
        all.count, [&](unsigned i) { return &key_of<Family>(lane_.items[all.at[i]]); },
        [&](unsigned i, std::uint64_t hash) {
            Item& item = lane_.items[all.at[i]];
            item.hash = hash;
            if (item.lane <= Lane::session) sessions.prefetch_bucket(hash);
            openings_ |= item.lane == Lane::keyed;
        });
}

template<class Family>
void Express::fetch_all() noexcept
{
    const ExpressList& all = flows<Family>();
    ExpressList& routes = routed<Family>();
    const auto& sessions = sessions_.of<Family>();
    routes.count = 0;
    for (unsigned i = 0; i < all.count; ++i) {
        Item& item = lane_.items[all.at[i]];
        item.entry = item.way = item.sender = table::none;
        if (item.lane <= Lane::session) {
            item.entry = sessions.candidate(item.hash);
            sessions.prefetch_entry(item.entry);
            if (item.lane == Lane::keyed && item.entry != table::none) sessions.prefetch_entry(item.entry ^ 1U);
        }
        if (!item.may_leave()) continue;
        const bool forth = needs_route(item);
        const bool back = comes_by_vxlan(item);
        if (!forth && !back) continue;
        routes.at[routes.count++] = all.at[i];
        const auto& key = key_of<Family>(item);
        if (forth) Family::prefetch_route(tables_, item.network, key.destination);
        if (back) Family::prefetch_route(tables_, item.network, key.source);
    }
}

template<class Family>
void Express::deepen_all() noexcept
{
    const ExpressList& all = routed<Family>();
    for (unsigned i = 0; i < all.count; ++i) {
        const Item& item = lane_.items[all.at[i]];
        const auto& key = key_of<Family>(item);
        if (needs_route(item)) Family::prefetch_route_deeper(tables_, item.network, key.destination);
        if (comes_by_vxlan(item)) Family::prefetch_route_deeper(tables_, item.network, key.source);
    }
}

// The route of what has no session, or seems to have none, and the way back to what came by VXLAN.
template<class Family>
void Express::find_groups() noexcept
{
    const ExpressList& all = routed<Family>();
    for (unsigned i = 0; i < all.count; ++i) {
        Item& item = lane_.items[all.at[i]];
        const auto& key = key_of<Family>(item);
        if (needs_route(item)) item.way = group_ahead(Family::find_route(tables_, item.network, key.destination));
        if (comes_by_vxlan(item)) item.sender = group_ahead(Family::find_route(tables_, item.network, key.source));
    }
}

// A service without sessions: the slot of the ring, then its backend, then what this worker knows of that.
void Express::fetch_slots() noexcept
{
    for (unsigned i = 0; i < lane_.rings.count; ++i) {
        Item& item = lane_.items[lane_.rings.at[i]];
        const auto& ring = *tables_.services[item.service].ring;
        item.member = static_cast<std::uint32_t>(item.family == V4::family ? l4lb::slot_of(item.key.v4, 0, ring)
                                                                           : l4lb::slot_of(item.key.v6, 0, ring));
        rte_prefetch0(&ring[item.member]);
    }
}

void Express::fetch_backends() noexcept
{
    for (unsigned i = 0; i < lane_.rings.count; ++i) {
        Item& item = lane_.items[lane_.rings.at[i]];
        const table::Service& service = tables_.services[item.service];
        item.member = (*service.ring)[item.member];
        rte_prefetch0(&service.backends[item.member]);
    }
}

void Express::fetch_counts() noexcept
{
    for (unsigned i = 0; i < lane_.rings.count; ++i) {
        const Item& item = lane_.items[lane_.rings.at[i]];
        rte_prefetch0(&traffic_.backend(tables_.services[item.service].backends[item.member].id));
    }
}

table::Target Express::group_ahead(table::Target target) noexcept
{
    if (target != table::none && !table::is_one_hop(target)) rte_prefetch0(&tables_.groups[target]);
    return target;
}

template<class Family>
void Express::resolve_all() noexcept
{
    const ExpressList& all = flows<Family>();
    for (unsigned i = 0; i < all.count; ++i)
        if (Item& item = lane_.items[all.at[i]]; item.may_leave()) resolve<Family>(item);
}

template<class Family>
inline void Express::resolve(Item& item) noexcept
{
    if (item.lane == Lane::ring) {
        if (!resolve_backend<Family>(item)) item.lane = Lane::general;
        return;
    }
    take_sender(item);
    if (item.lane == Lane::session) {
        if (resolve_session<Family>(item)) return;
        // Without a session, what stays inside its network goes by its routes; all else is a matter of policy.
        const bool inside = item.network != table::public_network && is_ordinary<Family>(item);
        item.lane = inside ? Lane::plain : Lane::keyed;
    }
    if (item.lane == Lane::plain && resolve_route<Family>(item)) return;
    item.lane = Lane::keyed;
    openings_ = true;
}

// False: the flow has no session.
template<class Family>
bool Express::resolve_session(Item& item) noexcept
{
    auto& sessions = sessions_.of<Family>();
    const auto& key = key_of<Family>(item);
    if (item.entry == table::none || !(sessions.entry(item.entry).key == key))
        item.entry = sessions.find(key, item.hash);
    if (item.entry == table::none) return false;
    const auto& entry = sessions.entry(item.entry);
    const std::uint64_t known = entry.next_hop.load(std::memory_order_relaxed);
    const std::uint8_t seen = entry.tcp_flags_seen.load(std::memory_order_relaxed);
    const bool simple = table::epoch_of_hop(known) == tables_.network_epochs[entry.out_network] &&
                        !entry.has(entry.answers_local) && (item.tcp_flags & ~seen) == 0;
    if (simple)
        take_exit(item, static_cast<std::uint32_t>(known));
    else
        item.lane = Lane::general;
    return true;
}

// By the routes of its network, if it is not for the node itself.
template<class Family>
bool Express::resolve_route(Item& item) noexcept
{
    item.entry = table::none;
    if (item.way == table::none) // its bucket held another flow's tag
        item.way = Family::find_route(tables_, item.network, key_of<Family>(item).destination);
    const std::uint32_t hop = item.way == table::none ? table::none : tables_.pick(item.way, item.hash);
    if (hop == table::none) return false;
    take_exit(item, hop);
    return true;
}

// By the route to the backend, which the worker remembers where all flows take one hop.
template<class Family>
bool Express::resolve_backend(Item& item) noexcept
{
    const table::Service& service = tables_.services[item.service];
    const table::Backend& backend = service.backends[item.member];
    RingBackend& known = traffic_.backend(backend.id);
    std::uint32_t hop = known.hop(tables_.generation);
    if (hop == table::none) {
        if (backend.address.is_v4() != (Family::family == V4::family)) return false;
        const auto address = Family::raw(backend.address);
        bool unreachable = false;
        hop = ip::find_hop<Family>(tables_, service.network, address, item.hash, unreachable);
        if (hop == table::none) return false;
        if (table::is_one_hop(Family::find_route(tables_, service.network, address)))
            known.remember(tables_.generation, hop);
    }
    take_exit(item, hop);
    return true;
}

// The network that the packet is sent in.
std::uint16_t Express::count_backend(const Item& item) noexcept
{
    const table::Service& service = tables_.services[item.service];
    traffic_.backend(service.backends[item.member].id).sent(item.l3_length);
    return service.network;
}

void Express::take_exit(Item& item, std::uint32_t hop) noexcept
{
    item.exit = &tables_.exits[hop];
    const auto* line = reinterpret_cast<const std::byte*>(item.exit);
    rte_prefetch0(line);
    rte_prefetch0(line + RTE_CACHE_LINE_SIZE);
}

// A VXLAN packet does not name the machine it comes from; the way back to its source does.
void Express::take_sender(Item& item) noexcept
{
    if (item.sender == table::none) return;
    item.sender = tables_.pick(item.sender, 0);
    if (item.sender != table::none) rte_prefetch0(&tables_.exits[item.sender].length);
}

// The tunnels that count the packet, and their counters on the way.
void Express::find_all_tunnels(const ExpressList& of) noexcept
{
    for (unsigned i = 0; i < of.count; ++i)
        if (Item& item = lane_.items[of.at[i]]; item.may_leave()) find_tunnels(item);
}

inline void Express::find_tunnels(Item& item) noexcept
{
    if (comes_by_vxlan(item)) {
        item.tunnel = table::none;
        if (item.sender != table::none) {
            const table::Exit& back = tables_.exits[item.sender];
            if (is_vxlan(back)) item.tunnel = back.counter;
        }
    }
    if (item.tunnel != table::none) traffic_.prefetch_tunnel(item.tunnel);
    if (item.exit->outer != 0) traffic_.prefetch_tunnel(item.exit->counter);
}

template<class Family>
bool Express::is_ordinary(const Item& item) const noexcept
{
    const auto& key = key_of<Family>(item);
    if (!express::is_ordinary(key)) return false;
    if constexpr (Family::family == V4::family)
        return tables_.locals4.find(table::local4_key(item.network, key.destination)) == nullptr;
    else
        return tables_.locals.find(address_key<V6>(item.network, key.destination)) == nullptr;
}

// Rewrites the packet; gives the network in which it leaves.
template<class Family>
inline std::uint16_t Express::change(Item& item, std::uint32_t tick) noexcept
{
    if (item.entry == table::none) {
        express::forward<Family>(item);
        return item.lane == Lane::ring ? count_backend(item) : item.network;
    }
    auto& entry = sessions_.of<Family>().entry(item.entry);
    if (entry.rewrites())
        express::translate(Family{}, item, entry);
    else
        express::forward<Family>(item);
    entry.hit(item.l3_length, tick);
    return entry.out_network;
}

void Express::send(unsigned count, GeneralWay& general) noexcept
{
    const std::uint32_t tick = sessions_.of<V4>().tick(context_.now); // the same for both families
    TrafficRuns runs(traffic_);
    std::array<rte_mbuf*, burst_size> refused;
    unsigned refused_count = 0;
    for (unsigned i = 0; i < count; ++i) {
        Item& item = lane_.items[i];
        const bool leaves = item.may_leave() && item.exit->is_ready() && item.l3_length <= item.exit->mtu;
        if (!leaves) {
            if (is_refused(item)) {
                runs.received(item);
                refuse(item);
                refused[refused_count++] = item.mbuf;
            } else {
                general.take(item);
            }
            continue;
        }
        runs.received(item);
        const std::uint16_t network = item.family == V4::family ? change<V4>(item, tick) : change<V6>(item, tick);
        express::put_exit(item);
        runs.sent(item, network);
        context_.departures.add(item.exit->port, item.exit->interface, item.mbuf);
    }
    if (refused_count != 0) rte_pktmbuf_free_bulk(refused.data(), refused_count);
}

} // namespace sluice
