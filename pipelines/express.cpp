// The last passes: session or route, rewrite, exit.
#include "pipelines/express.hpp"

#include "pipelines/express_look.hpp"
#include "pipelines/express_route.hpp"
#include "pipelines/express_send.hpp"
#include "pipelines/express_there.hpp"
#include "pipelines/ip/way.hpp"
#include "pipelines/l4lb/balance.hpp"
#include "pipelines/openings.hpp"
#include "pipelines/traffic_runs.hpp"

namespace sluice {
void Express::run(std::uint16_t port, rte_mbuf* const* frames, unsigned count, GeneralWay& general,
                  StageClock* clock) noexcept
{
    using Pass = StageClock::Pass;
    const auto ended = [clock](Pass pass) {
        if (clock != nullptr) clock->end(pass);
    };
    if (clock != nullptr) clock->begin(count);
    land_all(port, frames, count);
    look_all();
    ended(Pass::look);
    open_all();
    ended(Pass::open);
    choose_all();
    ended(Pass::choose);
    const bool some4 = lane_.v4.have_some();
    const bool some6 = lane_.v6.have_some();
    const auto run_pass = [&](Pass pass, void (Express::*of4)() noexcept, void (Express::*of6)() noexcept) {
        if (some4) (this->*of4)();
        if (some6) (this->*of6)();
        ended(pass);
    };
    run_pass(Pass::hash, &Express::hash_all<V4>, &Express::hash_all<V6>);
    run_pass(Pass::fetch, &Express::fetch_all<V4>, &Express::fetch_all<V6>);
    run_pass(Pass::deepen, &Express::deepen_all<V4>, &Express::deepen_all<V6>);
    run_pass(Pass::group, &Express::find_groups<V4>, &Express::find_groups<V6>);
    run_pass(Pass::resolve, &Express::resolve_all<V4>, &Express::resolve_all<V6>);
    run_pass(Pass::tunnel, &Express::find_tunnels<V4>, &Express::find_tunnels<V6>);
    if (lane_.v4.followers.count != 0) follow<V4>();
    if (lane_.v6.followers.count != 0) follow<V6>();
    if ((lane_.v4.openings.count | lane_.v6.openings.count) != 0) foresee();
    ended(Pass::foresee);
    send(count, general);
    ended(Pass::leave);
}

void Express::foresee() noexcept
{
    const unsigned wanted = lane_.v4.openings.count + lane_.v6.openings.count;
    const unsigned allowed = new_sessions_.allowance(context_.now, wanted);
    if (allowed < wanted) mark_openings<V4>(), mark_openings<V6>();
    if (allowed == 0) return;
    const std::uint32_t tick = sessions_.of<V4>().tick(context_.now); // the same for both families
    Openings(tables_, sessions_, reserves_, lane_, traffic_).foresee(allowed, tick);
}

template<class Family>
void Express::hash_all() noexcept
{
    const ExpressLists& lists = lane_.of<Family>();
    auto& sessions = sessions_.of<Family>();
    const auto hash = [&](const ExpressList& of, auto&& then) {
        sessions.hash_each(
            of.count, [&](unsigned i) { return &key_of<Family>(lane_.items[of.at[i]]); },
            [&](unsigned i, std::uint64_t value) {
                lane_.items[of.at[i]].hash = value;
                then(value);
            });
    };
    const auto prefetch = [&sessions](std::uint64_t value) { sessions.prefetch_bucket(value); };
    hash(lists.flows, prefetch);
    if (lists.openings.count != 0) hash(lists.openings, prefetch);
    if (lists.rings.count != 0) hash(lists.rings, [](std::uint64_t) {});
    if (lists.strays.count != 0) find_quotes<Family>();
}

template<class Family>
void Express::fetch_all() noexcept
{
    ExpressLists& lists = lane_.of<Family>();
    const auto& sessions = sessions_.of<Family>();
    for (unsigned i = 0; i < lists.flows.count; ++i) {
        Item& item = lane_.items[lists.flows.at[i]];
        item.entry = sessions.candidate(item.hash);
        if (item.entry < table::absent)
            sessions.prefetch_entry(item.entry);
        else
            lists.routed.add(lists.flows.at[i]);
    }
    if (!tables_.routes.is_small()) fetch_routes<Family>();
    if (lists.rings.count != 0) fetch_slots<Family>();
    if (lists.errors.count != 0) fetch_quoted<Family>();
}

template<class Family>
[[gnu::noinline]] void Express::fetch_openings() noexcept
{
    const ExpressList& all = lane_.of<Family>().openings;
    const auto& sessions = sessions_.of<Family>();
    for (unsigned i = 0; i < all.count; ++i) {
        Item& item = lane_.items[all.at[i]];
        item.entry = sessions.candidate(item.hash);
        if (item.entry >= table::absent) continue;
        sessions.prefetch_entry(item.entry);
        sessions.prefetch_entry(item.entry ^ 1U);
    }
}

template<class Family>
void Express::deepen_all() noexcept
{
    if (!tables_.routes.is_small()) begin_routes<Family>();
    if (lane_.of<Family>().rings.count != 0) fetch_backends<Family>();
}

template<class Family>
[[gnu::always_inline]] inline void Express::route_plain() noexcept
{
    ExpressLane& lane = lane_; // copies of what `this` leads to stay in registers
    const table::Snapshot& tables = tables_;
    ExpressLists& lists = lane.of<Family>();
    const bool far = !tables.routes.is_small();
    express::TrainRoute<Family> routes(tables);
    const unsigned count = lists.plain.count;
    for (unsigned i = 0; i < count; ++i) {
        const unsigned place = lists.plain.at[i];
        Item& item = lane.items[place];
        if (!express::route(routes, lists, tables, item, place, far)) item.lane = Lane::general;
    }
}

// The route of what seems to have no session, and the way back to what came by VXLAN. Where a plain packet's route ends
// in one hop that is all.
template<class Family>
void Express::find_groups() noexcept
{
    ExpressLists& lists = lane_.of<Family>();
    const bool far = !tables_.routes.is_small();
    if (far) end_routes<Family>();
    express::TrainRoute<Family> routes(tables_);
    for (unsigned i = 0; i < lists.routed.count; ++i) {
        Item& item = lane_.items[lists.routed.at[i]];
        item.way = group_ahead(far ? item.way : routes.find(item.network, key_of<Family>(item).destination));
    }
    if (lists.machines.count != 0) find_senders<Family>();
    route_plain<Family>();
    if (lists.rings.count != 0) fetch_counts<Family>();
    if (lists.openings.count != 0) fetch_openings<Family>(); // late: a flood's buckets come from far
    if (lists.errors.count != 0) fetch_quoted_exits<Family>();
}

// A service without sessions: the slot of the ring, then its backend, then what this worker knows of that.
template<class Family>
[[gnu::noinline]] void Express::fetch_slots() noexcept
{
    const ExpressList& rings = lane_.of<Family>().rings;
    std::uint32_t service = table::none;
    l4lb::Slots slots;
    for (unsigned i = 0; i < rings.count; ++i) {
        Item& item = lane_.items[rings.at[i]];
        if (item.service != service) {
            service = item.service;
            slots = l4lb::Slots(*tables_.services[service].ring);
        }
        item.slot = slots.of(key_of<Family>(item), 0);
        prefetch_to_read(item.slot);
    }
}

template<class Family>
[[gnu::noinline]] void Express::fetch_backends() noexcept
{
    const ExpressList& rings = lane_.of<Family>().rings;
    for (unsigned i = 0; i < rings.count; ++i) {
        Item& item = lane_.items[rings.at[i]];
        item.backend = &tables_.services[item.service].backends[*item.slot];
        prefetch_to_read(item.backend);
    }
}

template<class Family>
[[gnu::noinline]] void Express::fetch_counts() noexcept
{
    const ExpressList& rings = lane_.of<Family>().rings;
    for (unsigned i = 0; i < rings.count; ++i) {
        Item& item = lane_.items[rings.at[i]];
        item.known = &traffic_.backend(item.backend->id);
        prefetch_to_read(item.known);
    }
}

table::Target Express::group_ahead(table::Target target) noexcept
{
    if (target != table::none && !table::is_one_hop(target)) prefetch_to_read(&tables_.groups[target]);
    return target;
}

template<class Family>
void Express::resolve_all() noexcept
{
    ExpressLists& lists = lane_.of<Family>();
    auto& sessions = sessions_.of<Family>();
    for (unsigned i = 0; i < lists.flows.count; ++i) {
        const std::uint8_t place = lists.flows.at[i];
        Item& item = lane_.items[place];
        if (item.entry < table::absent && sessions.entry(item.entry).key == key_of<Family>(item))
            take_session<Family>(place);
        else if (item.entry == table::absent || !find_session<Family>(place))
            resolve_stranger<Family>(place);
    }
    if (lists.stale.count != 0) resolve_stale<Family>();
    if (lists.machines.count != 0) take_senders<Family>();
    for (unsigned i = 0; i < lists.grouped.count; ++i) {
        Item& item = lane_.items[lists.grouped.at[i]];
        item.hash = sessions.hash(key_of<Family>(item));
        if (const std::uint32_t hop = pick_hop(item); hop != table::none) {
            take_exit(item, hop);
            lists.outbound.add(lists.grouped.at[i]);
        } else {
            item.lane = Lane::general;
        }
    }
    for (unsigned i = 0; i < lists.rings.count; ++i)
        if (Item& item = lane_.items[lists.rings.at[i]]; !resolve_backend<Family>(item)) item.lane = Lane::general;
}

template<class Family>
[[gnu::always_inline]] inline void Express::take_session(std::uint8_t place) noexcept
{
    Item& item = lane_.items[place];
    const auto& entry = sessions_.of<Family>().entry(item.entry);
    const std::uint64_t known = entry.next_hop.load(std::memory_order_relaxed);
    const std::uint8_t seen = entry.tcp_flags_seen.load(std::memory_order_relaxed);
    if (entry.has(entry.answers_local) || (item.tcp_flags & ~seen) != 0)
        item.lane = Lane::general;
    else if (table::epoch_of_hop(known) == tables_.network_epochs[entry.out_network])
        take_exit(item, static_cast<std::uint32_t>(known));
    else
        lane_.of<Family>().stale.add(place);
}

// Sessions that have had no packet in this direction since their network's routes changed: they ask again.
template<class Family>
[[gnu::noinline]] void Express::resolve_stale() noexcept
{
    const ExpressList& stale = lane_.of<Family>().stale;
    auto& sessions = sessions_.of<Family>();
    const auto each = [&](auto&& visit) {
        for (unsigned i = 0; i < stale.count; ++i) {
            Item& item = lane_.items[stale.at[i]];
            visit(item, sessions.entry(item.entry));
        }
    };
    each([&](Item&, const auto& entry) { Family::prefetch_route(tables_, entry.out_network, entry.new_destination); });
    each([&](Item&, const auto& entry) {
        static_cast<void>(Family::begin_route(tables_, entry.out_network, entry.new_destination));
    });
    each([&](Item& item, auto& entry) {
        bool unreachable = false;
        const std::uint32_t hop =
            ip::find_hop<Family>(tables_, entry.out_network, entry.new_destination, item.hash, unreachable);
        if (hop == table::none) {
            item.lane = Lane::general;
            return;
        }
        entry.next_hop.store(table::remembered_hop(tables_.network_epochs[entry.out_network], hop),
                             std::memory_order_relaxed);
        take_exit(item, hop);
    });
}

// Its bucket held another flow's of the same tag, or may have sent it on. False: it has none.
template<class Family>
[[gnu::noinline]] bool Express::find_session(std::uint8_t place) noexcept
{
    Item& item = lane_.items[place];
    item.entry = sessions_.of<Family>().find(key_of<Family>(item), item.hash);
    if (item.entry == table::none) {
        if (item.way == table::none)
            item.way = Family::find_route(tables_, item.network, key_of<Family>(item).destination);
        return false;
    }
    take_session<Family>(place);
    return true;
}

// Without a session it goes by the routes, or by the policy.
template<class Family>
[[gnu::always_inline]] inline void Express::resolve_stranger(std::uint8_t place) noexcept
{
    Item& item = lane_.items[place];
    const std::uint32_t hop = is_plain<Family>(item) ? pick_hop(item) : table::none;
    if (hop != table::none) {
        item.entry = table::none;
        item.lane = Lane::plain;
        take_exit(item, hop);
    } else {
        item.entry = table::absent;
        item.lane = Lane::keyed;
        lane_.of<Family>().openings.add(place);
    }
}

[[gnu::always_inline]] inline std::uint32_t Express::pick_hop(const Item& item) const noexcept
{
    return item.way == table::none ? table::none : tables_.pick(item.way, item.hash);
}

template<class Family>
bool Express::resolve_backend(Item& item) noexcept
{
    const IpAddress& address = item.backend->address;
    if (address.is_v4() != (Family::family == V4::family)) return false;
    const std::uint16_t network = tables_.services[item.service].network;
    const std::uint32_t hop =
        express::hop_to_backend<Family>(tables_, *item.known, network, Family::raw(address), item.hash);
    if (hop == table::none) return false;
    take_exit(item, hop);
    return true;
}

// The network that the packet is sent in.
std::uint16_t Express::count_backend(const Item& item) noexcept
{
    item.known->sent(item.l3_length);
    return tables_.services[item.service].network;
}

void Express::take_exit(Item& item, std::uint32_t hop) noexcept
{
    express::take_exit(item, tables_, hop);
}

// The tunnels that count the packet, and their counters on the way.
template<class Family>
void Express::find_tunnels() noexcept
{
    const ExpressLists& lists = lane_.of<Family>();
    for (unsigned i = 0; i < lists.flows.count; ++i)
        fetch_tunnel(lane_.items[lists.flows.at[i]]);
    for (unsigned i = 0; i < lists.rings.count; ++i)
        fetch_tunnel(lane_.items[lists.rings.at[i]]);
    if (lists.machines.count != 0) find_sender_tunnels<Family>();
    for (unsigned i = 0; i < lists.outbound.count; ++i) {
        Item& item = lane_.items[lists.outbound.at[i]];
        if (fetch_tunnel(item)) item.hash = sessions_.of<Family>().hash(key_of<Family>(item)); // VXLAN asks for it
    }
}

// Whether it leaves by one.
inline bool Express::fetch_tunnel(const Item& item) noexcept
{
    if (!item.may_leave() || item.exit->outer == 0) return false;
    traffic_.prefetch_tunnel(item.exit->counter);
    return true;
}

// What was found for the packet before the train holds for all of it, but for the TCP flags that ageing must see.
template<class Family>
void Express::follow() noexcept
{
    ExpressLane& lane = lane_;
    ExpressLists& lists = lane.of<Family>();
    auto& sessions = sessions_.of<Family>();
    const unsigned count = lists.followers.count;
    for (unsigned i = 0; i < count; ++i) {
        const std::uint8_t place = lists.followers.at[i];
        Item& item = lane.items[place];
        const Item& head = lane.items[item.head];
        item.lane = head.lane;
        item.hash = head.hash;
        item.entry = head.entry;
        if (!head.may_leave()) [[unlikely]] {
            if (head.lane == Lane::keyed) lists.openings.add(place);
            continue;
        }
        item.exit = head.exit;
        // Its head came out of VXLAN, too: open_tunnels() lists all of those before what came out of GTP-U.
        if (item.tunnel == Item::from_vxlan) item.tunnel = head.tunnel;
        if (item.entry == table::none) {
            if (head.lane == Lane::ring) [[unlikely]] {
                item.known = head.known;
                item.service = head.service; // it needs its head no more
            }
            continue;
        }
        const std::uint8_t seen = sessions.entry(item.entry).tcp_flags_seen.load(std::memory_order_relaxed);
        if ((item.tcp_flags & ~seen) != 0) [[unlikely]]
            item.lane = Lane::general;
    }
}

// Of what has no session. Inside a network a packet goes by its routes, if it is not for the node itself; all else is a
// matter of policy.
template<class Family>
bool Express::is_plain(Item& item) const noexcept
{
    if (item.network == table::public_network) {
        return ExpressThere<Family>(tables_).choose(item) == Lane::plain;
    }
    const auto& key = key_of<Family>(item);
    if (!express::is_ordinary(key)) return false;
    if ((tables_.hints.of(item.network, key.destination) & table::AddressHints::foreign) != 0) return true;
    if constexpr (Family::family == V4::family)
        return tables_.locals4.find(table::local4_key(item.network, key.destination)) == nullptr;
    else
        return tables_.locals.find(address_key<V6>(item.network, key.destination)) == nullptr;
}

// Rewrites the packet; gives the network in which it leaves.
template<class Family>
[[gnu::always_inline]] inline std::uint16_t Express::change(Item& item, std::uint32_t tick) noexcept
{
    auto& ip = *reinterpret_cast<typename Family::Header*>(item.ip);
    if (item.entry == table::none) {
        Family::decrement_hop_limit(ip);
        if (item.lane == Lane::ring) [[unlikely]]
            return count_backend(item);
        return item.network;
    }
    auto& entry = sessions_.of<Family>().entry(item.entry);
    if (entry.rewrites()) [[likely]]
        express::translate(Family{}, item, entry);
    else
        Family::decrement_hop_limit(ip);
    entry.hit(item.l3_length, tick);
    return entry.out_network;
}

void Express::send(unsigned count, GeneralWay& general) noexcept
{
    const std::uint32_t tick = sessions_.of<V4>().tick(context_.now); // the same for both families
    ExpressLane& lane = lane_;
    Departures::Plain departures(context_.departures);
    TrafficRuns runs(traffic_);
    for (unsigned i = 0; i < count; ++i) {
        Item& item = lane.items[i];
        if (!item.may_leave() || !item.exit->takes(item.l3_length)) [[unlikely]] {
            if (!begin(item)) {
                departures.end();
                end_here(item, general);
                continue;
            }
        }
        std::uint32_t length = 0; // of the frame
        if (item.family == V4::family) [[likely]] {
            runs.pass(item, change<V4>(item, tick));
            length = express::put_exit<V4>(item);
        } else {
            runs.pass(item, change<V6>(item, tick));
            length = express::put_exit<V6>(item);
        }
        departures.add(item.exit->port, item.exit->interface, item.mbuf, length);
    }
    if (lane.refused.count != 0) free_refused();
}

// What is not for the lane.
[[gnu::noinline]] void Express::end_here(const Item& item, GeneralWay& general) noexcept
{
    if (is_refused(item))
        refuse(item);
    else
        general.take(item);
}

} // namespace sluice
