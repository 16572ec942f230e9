// The first passes: Ethernet and IP. What each check means stands with its drop in the general way; here a failed
// one only means "not for the express lane".
#include "pipelines/express_look.hpp"

#include "dataplane/wire/gtpu.hpp"
#include "pipelines/express.hpp"
#include "pipelines/express_landing.hpp"

namespace sluice {
namespace {

using express::load;
constexpr unsigned ahead = 4; // frames whose headers are on their way while one is looked at

// One segment, nobody else's, with room for any exit in front once its link header is off.
[[gnu::always_inline]] inline bool is_simple(const rte_mbuf& frame)
{
    constexpr std::uint64_t one_owner_and_segment = 0x0000'0001'0001'0000;
    constexpr std::uint64_t owner_and_segment_bits = 0x0000'FFFF'FFFF'0000;
    const auto word = load<std::uint64_t>(&frame.rearm_data); // data_off, refcnt, nb_segs, port
    return (word & owner_and_segment_bits) == one_owner_and_segment && RTE_MBUF_DIRECT(&frame) &&
           frame.data_off >= table::Exit::room;
}

[[gnu::always_inline]] inline wire::Be16 type_before(const std::uint8_t* packet)
{
    return reinterpret_cast<const wire::Be16*>(packet)[-1];
}

// Into the item, as one word.
[[gnu::always_inline]] inline void note(ExpressItem& item, std::uint64_t seen)
{
    express::store(static_cast<ExpressSeen*>(&item), seen);
}

inline void clear(ExpressLane& lane)
{
    for (ExpressLists* lists : {&lane.v4, &lane.v6})
        for (ExpressList* list :
             {&lists->packets, &lists->openings, &lists->flows, &lists->plain, &lists->rings, &lists->routed,
              &lists->machines, &lists->stale, &lists->grouped, &lists->outbound, &lists->strays, &lists->errors})
            list->count = 0;
    lane.tunneled.count = lane.gtpu.count = lane.served.count = lane.refused.count = 0;
}

[[gnu::always_inline]] inline void land(ExpressItem& item, const ExpressLanding& landing, std::uint8_t* frame)
{
    item.ip = frame + landing.length();
    express::store(static_cast<ExpressPlace*>(&item), landing.place());
}

// The inner source must be the phone's own.
[[gnu::always_inline]] inline bool is_of_phone(V4, const ExpressItem& item)
{
    return load<std::uint32_t>(item.terminus->ue.data()) == item.key.v4.source;
}
[[gnu::always_inline]] inline bool is_of_phone(V6, const ExpressItem& item)
{
    return item.terminus->ue == item.key.v6.source;
}

// ExpressFinds{} in one store.
using Finds [[gnu::vector_size(sizeof(ExpressFinds))]] = std::uint32_t;
constexpr Finds nothing_found{table::none, table::none, table::none, table::none};

[[gnu::always_inline]] inline void start(ExpressItem& item, rte_mbuf& frame)
{
    item.mbuf = &frame;
    express::store(static_cast<ExpressFinds*>(&item), nothing_found);
    note(item, 0);
}

// Whether nothing in the packet's network could give it a session, and it may be forwarded without a thought. `to`: the
// hints of its destination.
template<class Family>
[[gnu::always_inline]] inline bool is_foreign(const table::Snapshot& tables, const typename Family::Key& key,
                                              std::uint16_t network, std::uint8_t to)
{
    constexpr std::uint8_t foreign = table::AddressHints::foreign;
    const table::AddressHints& hints = tables.hints;
    if ((to & foreign) == 0) return false;
    if constexpr (Family::family == V4::family) {
        if (network == table::public_network)
            return (hints.first(key.source) & hints.first(key.destination) & hints.of(network, key.source)) != 0;
        if (tables.networks[network].sources.have(key.source)) return false;
    }
    return (hints.of(network, key.source) & foreign) != 0 && !tables.networks[network].translates_any &&
           express::is_ordinary(key);
}

// A packet whose flow is known now, outside tunnels: who looks at it next?
template<class Family>
[[gnu::always_inline]] inline void list(ExpressLane& lane, const table::Snapshot& tables, std::uint64_t seen,
                                        unsigned place, std::uint16_t network, std::uint16_t vxlan)
{
    using table::AddressHints;
    using Lane = ExpressSeen::Lane;
    ExpressItem& item = lane.items[place];
    const auto& key = key_of<Family>(item);
    ExpressLists& lists = lane.of<Family>();
    ExpressList* next = &lists.flows;
    const std::uint8_t to = tables.hints.of(network, key.destination);
    if (static_cast<std::uint8_t>(seen) != static_cast<std::uint8_t>(Lane::session)) {
        next = &lists.openings;
    } else if (is_foreign<Family>(tables, key, network, to)) {
        static_assert(static_cast<int>(Lane::plain) == static_cast<int>(Lane::session) + 1);
        ++seen;
        next = &lists.plain;
    } else if (network == table::public_network) {
        const bool udp = static_cast<std::uint8_t>(seen >> ExpressSeen::protocol_shift) == wire::IpProtocol::udp;
        if (udp & ((key.destination_port == vxlan) | (key.destination_port == wire::Gtpu::port.raw())))
            next = &lane.tunneled;
        else if ((to & AddressHints::ring) != 0)
            next = &lane.served;
    }
    note(item, seen);
    next->add(place);
}

} // namespace

// Ethernet, the tag, and IPv4 at once; IPv6 is left to a loop of its own. What changes from frame to frame stays in
// registers: hence the copies of what `this` leads to.
void Express::look_all(std::uint16_t port, rte_mbuf* const* frames, unsigned count) noexcept
{
    constexpr auto least = static_cast<std::uint32_t>(sizeof(wire::Ethernet)) + express::least_ipv4;
    ExpressLane& lane = lane_;
    const table::Snapshot& tables = tables_;
    const std::uint16_t vxlan = wire::Be16{tables_.settings.vxlan_port}.raw();
    ExpressLanding landing;
    clear(lane);
    for (unsigned i = 0; i < count; ++i) {
        if (i + ahead < count) prefetch_to_read(rte_pktmbuf_mtod(frames[i + ahead], const void*));
        Item& item = lane.items[i];
        rte_mbuf& frame = *frames[i];
        start(item, frame);
        if (!is_simple(frame) || frame.data_len < least) continue;
        auto* bytes = rte_pktmbuf_mtod(&frame, std::uint8_t*);
        if (!landing.takes(bytes) || type_before(bytes + landing.length()) != wire::EtherType::ipv4) [[unlikely]] {
            if (landing.is_other(bytes)) landing = ExpressLanding::of(tables, port, bytes);
            if (!landing.takes(bytes)) continue;
            const wire::Be16 type = type_before(bytes + landing.length());
            if (type == wire::EtherType::ipv6) {
                land(item, landing, bytes);
                item.room = frame.data_len - landing.length();
                lane.v6.packets.add(i);
            }
            if (type != wire::EtherType::ipv4) continue;
        }
        land(item, landing, bytes);
        const std::uint32_t room = frame.data_len - landing.length();
        if (room < express::least_ipv4) continue;
        const std::uint64_t seen = express::look(V4{}, item.key.v4, landing.network(), item.ip, room);
        note(item, seen);
        if (seen != 0) continue;
        item.room = room;
        lane.v4.strays.add(i);
    }
    for (unsigned i = 0; i < count; ++i)
        if (const auto seen = load<std::uint64_t>(static_cast<const ExpressSeen*>(&lane.items[i])); seen != 0)
            list<V4>(lane, tables, seen, i, lane.items[i].network, vxlan);
    look_at6();
}

void Express::look_at6() noexcept
{
    const ExpressList& packets = lane_.v6.packets;
    const std::uint16_t vxlan = wire::Be16{tables_.settings.vxlan_port}.raw();
    for (unsigned i = 0; i < packets.count; ++i) {
        Item& item = lane_.items[packets.at[i]];
        if (item.room < express::least_ipv6) continue;
        const std::uint64_t seen = express::look(V6{}, item.key.v6, item.network, item.ip, item.room);
        if (seen != 0)
            list<V6>(lane_, tables_, seen, packets.at[i], item.network, vxlan);
        else
            lane_.v6.strays.add(packets.at[i]);
    }
}

// Of tunnels' payload.
template<class Family>
void Express::look_inside() noexcept
{
    constexpr std::uint32_t least = Family::family == V4::family ? express::least_ipv4 : express::least_ipv6;
    ExpressLane& lane = lane_;
    const table::Snapshot& tables = tables_;
    ExpressLists& lists = lane.of<Family>();
    const unsigned count = lists.packets.count;
    for (unsigned i = 0; i < count; ++i) {
        Item& item = lane.items[lists.packets.at[i]];
        if (item.room < least) continue;
        note(item, express::look(Family{}, key_of<Family>(item), item.network, item.ip, item.room));
    }
    for (unsigned i = 0; i < count; ++i) {
        const std::uint8_t place = lists.packets.at[i];
        Item& item = lane.items[place];
        const bool by_vxlan = item.tunnel == Item::from_vxlan;
        if (item.lane == Lane::general) continue;
        if (!by_vxlan && !is_of_phone(Family{}, item)) {
            item.lane = Lane::general;
            continue;
        }
        if (item.lane == Lane::keyed) {
            lists.openings.add(place);
            continue;
        }
        const auto& key = key_of<Family>(item);
        const bool foreign =
            is_foreign<Family>(tables, key, item.network, tables.hints.of(item.network, key.destination));
        if (foreign) item.lane = Lane::plain;
        (foreign ? lists.plain : lists.flows).add(place);
        if (by_vxlan) lists.machines.add(place);
    }
}

// Packets that may be to a service without sessions.
void Express::choose_all() noexcept
{
    for (unsigned i = 0; i < lane_.served.count; ++i) {
        const std::uint8_t place = lane_.served.at[i];
        Item& item = lane_.items[place];
        ExpressLists& lists = lane_.of(item.family);
        item.lane = item.family == V4::family ? choose(V4{}, item) : choose(V6{}, item);
        if (item.lane == Lane::ring) lists.rings.add(place);
        if (item.lane == Lane::session) lists.flows.add(place);
        if (item.lane == Lane::plain) lists.plain.add(place);
    }
}

// In the public network only packets to an address of ours have sessions, and those it translates by their source.
ExpressSeen::Lane Express::choose(V4, Item& item) const noexcept
{
    const table::Network& network = tables_.networks[table::public_network];
    if (network.translates_any) return Lane::session;
    const table::FlowKey4& key = item.key.v4;
    if (network.sources.have(key.source) || tables_.session_addresses.have(key.destination)) return Lane::session;
    if (const bool* stateless = tables_.locals4.find(table::local4_key(table::public_network, key.destination)))
        return *stateless ? choose_service<V4>(item, key) : Lane::session;
    if (network.translates_some &&
        tables_.translated4.find(table::local4_key(table::public_network, key.source)) != nullptr)
        return Lane::session;
    return express::is_ordinary(key) ? Lane::plain : Lane::general;
}

ExpressSeen::Lane Express::choose(V6, Item& item) const noexcept
{
    const table::Network& network = tables_.networks[table::public_network];
    if (network.translates_any) return Lane::session;
    const table::FlowKey6& key = item.key.v6;
    if (const auto* local = tables_.locals.find(address_key<V6>(table::public_network, key.destination)))
        return local->stateless ? choose_service<V6>(item, key) : Lane::session;
    if (network.translates_some &&
        tables_.translated.find(address_key<V6>(table::public_network, key.source)) != nullptr)
        return Lane::session;
    return express::is_ordinary(key) ? Lane::plain : Lane::general;
}

// The address has a service without sessions, perhaps beside others that have some.
template<class Family>
ExpressSeen::Lane Express::choose_service(Item& item, const typename Family::Key& key) const noexcept
{
    const auto* target = tables_.service_of.find(
        address_key<Family>(table::public_network, key.destination, key.destination_port, key.protocol));
    if (target == nullptr || !express::is_ordinary(key)) return Lane::session;
    const table::Service& service = tables_.services[target->service];
    if (!service.stateless || service.ring == nullptr || service.ring->empty()) return Lane::session;
    item.service = target->service;
    return Lane::ring;
}

template void Express::look_inside<V4>() noexcept; // for express_open.cpp
template void Express::look_inside<V6>() noexcept;

} // namespace sluice
