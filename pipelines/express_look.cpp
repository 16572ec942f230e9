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
           (word & 0xFFFF) >= table::Exit::room && frame.data_len >= sizeof(wire::Ethernet);
}

// Into the item, as one word.
[[gnu::always_inline]] inline void note(ExpressItem& item, ExpressSeen seen)
{
    express::store(static_cast<ExpressSeen*>(&item), seen);
}

} // namespace

// Ethernet and the tag: which interface takes the frame, and where in it is what kind of IP packet? What changes from
// frame to frame stays in registers here and in parse_all(): hence the copies of what `this` leads to.
void Express::land_all(std::uint16_t port, rte_mbuf* const* frames, unsigned count) noexcept
{
    ExpressLane& lane = lane_;
    const table::Snapshot& tables = tables_;
    ExpressLanding landing;
    unsigned packets4 = 0;
    unsigned packets6 = 0;
    for (unsigned i = 0; i < count; ++i) {
        if (i + ahead < count) rte_prefetch0(rte_pktmbuf_mtod(frames[i + ahead], const void*));
        Item& item = lane.items[i];
        rte_mbuf& frame = *frames[i];
        item.mbuf = &frame;
        item.tunnel = table::none;
        note(item, {});
        if (!is_simple(frame)) continue;
        auto* start = rte_pktmbuf_mtod(&frame, std::uint8_t*);
        std::uint32_t length = sizeof(wire::Ethernet);
        std::uint32_t vlan = wire::Vlan::priority_tag;
        wire::Be16 type = reinterpret_cast<const wire::Ethernet*>(start)->type;
        if (type == wire::EtherType::vlan) {
            const auto& tag = *reinterpret_cast<const wire::Vlan*>(start + length);
            if (frame.data_len < length + sizeof tag) continue;
            vlan = tag.id();
            type = tag.type;
            length += sizeof tag;
        }
        if (vlan != landing.vlan) landing = ExpressLanding::of(tables, port, static_cast<std::uint16_t>(vlan));
        if ((load<std::uint64_t>(start) & express::mac_bits) != landing.mac) continue;
        item.ip = start + length;
        item.room = frame.data_len - length;
        item.wire_length = frame.pkt_len;
        item.interface = landing.interface;
        item.network = landing.network;
        lane.packets4.at[packets4] = lane.packets6.at[packets6] = static_cast<std::uint8_t>(i);
        packets4 += static_cast<unsigned>(type == wire::EtherType::ipv4);
        packets6 += static_cast<unsigned>(type == wire::EtherType::ipv6);
    }
    lane.packets4.count = packets4;
    lane.packets6.count = packets6;
    lane.tunneled.count = lane.strangers.count = lane.flows4.count = lane.flows6.count = 0;
}

// The packets that were found last: what their headers say, and which flows, and which of them may be to a tunnel
// endpoint of ours. Two loops, for one would not find registers enough.
template<class Family>
void Express::parse_all(Layer layer) noexcept
{
    ExpressLane& lane = lane_;
    const ExpressList& packets = Family::family == V4::family ? lane.packets4 : lane.packets6;
    const unsigned count = packets.count;
    for (unsigned i = 0; i < count; ++i) {
        Item& item = lane.items[packets.at[i]];
        note(item, express::look(Family{}, key_of<Family>(item), item.network, item.ip, item.room));
    }
    list_all<Family>(packets, layer);
}

template<class Family>
inline void Express::list_all(const ExpressList& packets, Layer layer) noexcept
{
    ExpressLane& lane = lane_;
    ExpressList& flows = Family::family == V4::family ? lane.flows4 : lane.flows6;
    const unsigned count = packets.count;
    unsigned known = flows.count;
    if (layer == Layer::inner) { // what was opened is on the other lists already
        for (unsigned i = 0; i < count; ++i) {
            flows.at[known] = packets.at[i];
            known += static_cast<unsigned>(lane.items[packets.at[i]].is_known());
        }
        flows.count = known;
        return;
    }
    const std::uint16_t vxlan = wire::Be16{tables_.settings.vxlan_port}.raw();
    const bool any_session = tables_.networks[table::public_network].translates_any;
    unsigned tunneled = lane.tunneled.count;
    unsigned strangers = lane.strangers.count;
    for (unsigned i = 0; i < count; ++i) {
        const std::uint8_t place = packets.at[i];
        const Item& item = lane.items[place];
        const std::uint16_t to = key_of<Family>(item).destination_port;
        const bool is_public = (item.lane == Lane::session) & (item.network == table::public_network);
        const bool to_tunnel =
            is_public & (item.protocol == wire::IpProtocol::udp) & ((to == vxlan) | (to == wire::Gtpu::port.raw()));
        lane.tunneled.at[tunneled] = lane.strangers.at[strangers] = flows.at[known] = place;
        tunneled += static_cast<unsigned>(to_tunnel);
        strangers += static_cast<unsigned>(is_public & !any_session);
        known += static_cast<unsigned>(item.is_known() & !to_tunnel);
    }
    flows.count = known;
    lane.tunneled.count = tunneled;
    lane.strangers.count = strangers;
}

void Express::look_all(std::uint16_t port, rte_mbuf* const* frames, unsigned count) noexcept
{
    land_all(port, frames, count);
    parse_all<V4>(Layer::outer);
    parse_all<V6>(Layer::outer);
}

// In the public network only packets to an address of ours have sessions, and those it translates by their source.
void Express::choose_all() noexcept
{
    const table::Network& network = tables_.networks[table::public_network];
    const ExpressList& strangers = lane_.strangers;
    lane_.rings.count = 0;
    for (unsigned i = 0; i < strangers.count; ++i) {
        Item& item = lane_.items[strangers.at[i]];
        if (item.lane != Lane::session || item.network != table::public_network) continue; // it was opened
        item.lane = item.family == V4::family ? choose(V4{}, item, network) : choose(V6{}, item, network);
        if (item.lane == Lane::ring) lane_.rings.at[lane_.rings.count++] = strangers.at[i];
    }
}

inline ExpressSeen::Lane Express::choose(V4, Item& item, const table::Network& network) const noexcept
{
    const table::FlowKey4& key = item.key.v4;
    if (network.sources.have(key.source) || tables_.session_addresses.have(key.destination)) return Lane::session;
    if (const bool* stateless = tables_.locals4.find(table::local4_key(table::public_network, key.destination)))
        return *stateless ? choose_service<V4>(item, key) : Lane::session;
    if (network.translates_some &&
        tables_.translated4.find(table::local4_key(table::public_network, key.source)) != nullptr)
        return Lane::session;
    return express::is_ordinary(key) ? Lane::plain : Lane::general;
}

inline ExpressSeen::Lane Express::choose(V6, Item& item, const table::Network& network) const noexcept
{
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

template void Express::parse_all<V4>(Layer) noexcept; // also for express_open.cpp
template void Express::parse_all<V6>(Layer) noexcept;

} // namespace sluice
