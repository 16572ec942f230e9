// The last passes: session or route, rewrite, exit.
#include "pipelines/express.hpp"

#include "pipelines/express_look.hpp"
#include "pipelines/express_send.hpp"
#include "pipelines/traffic_runs.hpp"

namespace sluice {
namespace {

template<class Family>
const typename Family::Key& key_of(const ExpressItem& item) noexcept
{
    if constexpr (Family::family == V4::family)
        return item.key.v4;
    else
        return item.key.v6;
}

template<class Visit>
auto with_family(const ExpressItem& item, Visit&& visit) noexcept
{
    return item.family == V4::family ? visit(V4{}) : visit(V6{});
}

// Inside its network a packet goes by the routes when no session knows it.
bool needs_route(const ExpressItem& item) noexcept
{
    return item.lane == ExpressItem::Lane::plain ||
           (item.entry == table::none && item.network != table::public_network);
}

bool may_leave(const ExpressItem& item) noexcept
{
    return item.lane == ExpressItem::Lane::session || item.lane == ExpressItem::Lane::plain;
}

bool is_vxlan(const table::Exit& exit) noexcept
{
    return exit.kind == table::Exit::Kind::vxlan4 || exit.kind == table::Exit::Kind::vxlan6;
}

} // namespace

// Of those that may leave by the express lane.
template<class Work>
void Express::each(unsigned count, Work&& work) noexcept
{
    for (unsigned i = 0; i < count; ++i)
        if (may_leave(lane_[i])) work(lane_[i]);
}

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
    open_all(count);
    ended(Pass::open);
    hash_all<V4>(count);
    hash_all<V6>(count);
    ended(Pass::hash);
    each(count, [this](Item& item) { fetch(item); });
    ended(Pass::fetch);
    each(count, [this](Item& item) { fetch_deeper(item); });
    ended(Pass::deepen);
    each(count, [this](Item& item) { find_groups(item); });
    ended(Pass::group);
    each(count, [this](Item& item) { with_family(item, [&]<class Family>(Family) { resolve<Family>(item); }); });
    ended(Pass::resolve);
    each(count, [this](Item& item) { find_tunnels(item); });
    ended(Pass::tunnel);
    send(count, general);
    ended(Pass::leave);
}

template<class Family>
void Express::hash_all(unsigned count) noexcept
{
    std::array<std::uint8_t, burst_size> items;
    unsigned keys = 0;
    for (unsigned i = 0; i < count; ++i) {
        items[keys] = static_cast<std::uint8_t>(i);
        keys += static_cast<unsigned>(lane_[i].lane != Lane::general && lane_[i].family == Family::family);
    }
    auto& sessions = sessions_.of<Family>();
    sessions.hash_each(
        keys, [&](unsigned i) { return &key_of<Family>(lane_[items[i]]); },
        [&](unsigned i, std::uint64_t hash) {
            Item& item = lane_[items[i]];
            item.hash = hash;
            if (item.lane != Lane::plain) sessions.prefetch_bucket(hash);
        });
}

void Express::fetch(Item& item) noexcept
{
    with_family(item, [&]<class Family>(Family) {
        item.entry = table::none;
        if (item.lane == Lane::session) {
            auto& sessions = sessions_.of<Family>();
            item.entry = sessions.candidate(item.hash);
            sessions.prefetch_entry(item.entry);
        }
        const auto& key = key_of<Family>(item);
        if (needs_route(item)) Family::prefetch_route(tables_, item.network, key.destination);
        if (item.tunnel == from_vxlan) Family::prefetch_route(tables_, item.network, key.source);
    });
}

void Express::fetch_deeper(Item& item) noexcept
{
    if (!needs_route(item) && item.tunnel != from_vxlan) return;
    with_family(item, [&]<class Family>(Family) {
        const auto& key = key_of<Family>(item);
        if (needs_route(item)) Family::prefetch_route_deeper(tables_, item.network, key.destination);
        if (item.tunnel == from_vxlan) Family::prefetch_route_deeper(tables_, item.network, key.source);
    });
}

// The route of what has no session, or seems to have none, and the way back to what came by VXLAN.
void Express::find_groups(Item& item) noexcept
{
    item.way = item.sender = table::none;
    if (!needs_route(item) && item.tunnel != from_vxlan) return;
    with_family(item, [&]<class Family>(Family) {
        const auto& key = key_of<Family>(item);
        if (needs_route(item)) item.way = group_ahead(Family::find_route(tables_, item.network, key.destination));
        if (item.tunnel == from_vxlan) item.sender = group_ahead(Family::find_route(tables_, item.network, key.source));
    });
}

table::Target Express::group_ahead(table::Target target) noexcept
{
    if (target != table::none && !table::is_one_hop(target)) rte_prefetch0(&tables_.groups[target]);
    return target;
}

template<class Family>
void Express::resolve(Item& item) noexcept
{
    take_sender(item);
    if (item.lane == Lane::session) {
        if (resolve_session<Family>(item)) return;
        // Without a session, what stays inside its network goes by its routes; all else is a matter of policy.
        const bool inside = item.network != table::public_network && is_ordinary<Family>(item);
        item.lane = inside ? Lane::plain : Lane::general;
    }
    if (item.lane == Lane::plain && !resolve_route<Family>(item)) item.lane = Lane::general;
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
void Express::find_tunnels(Item& item) noexcept
{
    if (item.tunnel == from_vxlan) {
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

void Express::send(unsigned count, GeneralWay& general) noexcept
{
    const std::uint32_t tick = sessions_.of<V4>().tick(context_.now); // the same for both families
    TrafficRuns runs(traffic_);
    for (unsigned i = 0; i < count; ++i) {
        Item& item = lane_[i];
        const bool leaves = may_leave(item) && item.exit->is_ready() && item.l3_length <= item.exit->mtu;
        if (!leaves) {
            general.take(item.mbuf);
            continue;
        }
        runs.received(item);
        std::uint16_t network = item.network;
        with_family(item, [&]<class Family>(Family) {
            if (item.entry == table::none) return express::forward<Family>(item);
            auto& entry = sessions_.of<Family>().entry(item.entry);
            express::translate<Family>(item, entry);
            entry.hit(item.l3_length, tick);
            network = entry.out_network;
        });
        express::put_exit(item);
        runs.sent(item, network);
        context_.departures.add(item.exit->port, item.exit->interface, item.mbuf);
    }
}

} // namespace sluice
