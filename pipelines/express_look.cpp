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
        for (ExpressList* list : {&lists->packets, &lists->openings, &lists->flows, &lists->plain, &lists->rings,
                                  &lists->routed, &lists->machines, &lists->grouped})
            list->count = 0;
    lane.tunneled.count = lane.gtpu.count = lane.served.count = lane.refused.count = 0;
}

[[gnu::always_inline]] inline void land(ExpressItem& item, const ExpressLanding& landing, std::uint8_t* frame)
{
    item.ip = frame + landing.length();
    item.interface = landing.interface();
    item.network = landing.network();
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

[[gnu::always_inline]] inline void start(ExpressItem& item, rte_mbuf& frame)
{
    item.mbuf = &frame;
    item.entry = item.way = item.sender = item.tunnel = table::none;
    note(item, 0);
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
        if (i + ahead < count) rte_prefetch0(rte_pktmbuf_mtod(frames[i + ahead], const void*));
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
        if (seen != 0) list<V4>(item, seen, i, landing.hints(), landing.is_public(), vxlan);
    }
    look_at6();
}

// A packet whose flow is known now: who looks at it next? What neither comes from nor goes to anybody whom the public
// network's tables know goes by its routes.
template<class Family>
[[gnu::always_inline]] inline void Express::list(Item& item, std::uint64_t seen, unsigned place,
                                                 const table::AddressHints& hints, bool is_public,
                                                 std::uint16_t vxlan) noexcept
{
    using table::AddressHints;
    const auto& key = key_of<Family>(item);
    ExpressLists& lists = lane_.of<Family>();
    ExpressList* next = &lists.flows;
    const std::uint8_t to = hints.of(key.destination);
    if (static_cast<std::uint8_t>(seen) != static_cast<std::uint8_t>(Lane::session)) {
        next = &lists.openings;
    } else if ((hints.of(key.source) & to & AddressHints::foreign) != 0) {
        static_assert(static_cast<int>(Lane::plain) == static_cast<int>(Lane::session) + 1);
        ++seen;
        next = &lists.plain;
    } else if (static_cast<std::uint8_t>(seen >> ExpressSeen::protocol_shift) == wire::IpProtocol::udp && is_public &&
               ((key.destination_port == vxlan) | (key.destination_port == wire::Gtpu::port.raw()))) {
        next = &lane_.tunneled;
    } else if ((to & AddressHints::ring) != 0) {
        next = &lane_.served;
    }
    note(item, seen);
    next->add(place);
}

void Express::look_at6() noexcept
{
    const ExpressList& packets = lane_.v6.packets;
    const std::uint16_t vxlan = wire::Be16{tables_.settings.vxlan_port}.raw();
    for (unsigned i = 0; i < packets.count; ++i) {
        Item& item = lane_.items[packets.at[i]];
        if (item.room < express::least_ipv6) continue;
        const std::uint64_t seen = express::look(V6{}, item.key.v6, item.network, item.ip, item.room);
        if (seen == 0) continue;
        const bool is_public = item.network == table::public_network;
        const bool hinted = is_public && express::is_ordinary(item.key.v6);
        list<V6>(item, seen, packets.at[i], hinted ? tables_.hints : ExpressLanding::no_hints, is_public, vxlan);
    }
}

// Of tunnels' payload.
template<class Family>
void Express::look_inside() noexcept
{
    constexpr std::uint32_t least = Family::family == V4::family ? express::least_ipv4 : express::least_ipv6;
    ExpressLane& lane = lane_;
    ExpressLists& lists = lane.of<Family>();
    for (unsigned i = 0; i < lists.packets.count; ++i) {
        const std::uint8_t place = lists.packets.at[i];
        Item& item = lane.items[place];
        if (item.room < least) continue;
        const std::uint64_t seen = express::look(Family{}, key_of<Family>(item), item.network, item.ip, item.room);
        const bool by_vxlan = item.tunnel == Item::from_vxlan;
        if (seen == 0 || (!by_vxlan && !is_of_phone(Family{}, item))) continue;
        note(item, seen);
        const bool opens = static_cast<std::uint8_t>(seen) != static_cast<std::uint8_t>(Lane::session);
        (opens ? lists.openings : lists.flows).add(place);
        if (by_vxlan && !opens) lists.machines.add(place);
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
