// The passes between: packets to a tunnel endpoint of ours. What each check means stands with its drop in the general
// way (pipelines/vxlan, pipelines/gtpu); here a failed one only means "not for the express lane".
#include "dataplane/wire/gtpu.hpp"
#include "dataplane/wire/gtpu_extension.hpp"
#include "dataplane/wire/vxlan.hpp"
#include "pipelines/express.hpp"
#include "pipelines/express_look.hpp"

namespace sluice {
namespace {

// One family's endpoint, as in keys, and an ordinary address. One that is nobody's takes its place where there is none:
// packets to that are not for the lane anyway.
template<class Family>
typename Family::Address endpoint(bool is_there, const IpAddress& address)
{
    if (!is_there || address.is_v4() != (Family::family == V4::family)) return {};
    const typename Family::Address raw = Family::raw(address);
    return express::is_ordinary(raw) ? raw : typename Family::Address{};
}

} // namespace

template<class Family>
struct Express::Endpoints {
    typename Family::Address vtep;
    typename Family::Address gtpu;
    std::uint16_t vxlan_port;

    explicit Endpoints(const table::Settings& settings)
        : vtep(endpoint<Family>(settings.has_vtep, settings.vtep))
        , gtpu(endpoint<Family>(settings.has_gtpu_endpoint, settings.gtpu_endpoint))
        , vxlan_port(wire::Be16{settings.vxlan_port}.raw())
    {
    }
};

// What does not change from packet to packet, outside `this`, so that it stays in registers.
struct Express::Opening {
    ExpressLane& lane;
    ExpressAdder& packets4; // the inner ones
    ExpressAdder& packets6;
    const table::Snapshot& tables;
    std::uint64_t gateway; // MAC, as a word
    // Of the packet before: most have the same.
    std::uint32_t vni = ~std::uint32_t{0};
    std::uint16_t network = 0;
    std::uint64_t teid = ~std::uint64_t{0};
    const table::GtpuTerminus* terminus = nullptr;

    // To be looked at, like those outside tunnels.
    [[gnu::always_inline]] void add_inner(const Item& item, std::uint8_t place, std::uint8_t family) const noexcept
    {
        if (family == V4::family)
            packets4.add_if(item.room >= express::least<V4>, place);
        else
            packets6.add_if(item.room >= express::least<V6>, place);
    }
};

// RFC 7348 section 5: the I flag, the VNI, and an inner frame to the gateway. `start` is behind UDP, where `room` bytes
// are.
[[gnu::always_inline]] inline void Express::open_vxlan(Opening& opening, Item& item, std::uint8_t place,
                                                       std::uint8_t* start, std::uint32_t room) noexcept
{
    constexpr std::uint32_t front = sizeof(wire::Vxlan) + sizeof(wire::Ethernet);
    if (room < front) return;
    const auto& header = *reinterpret_cast<const wire::Vxlan*>(start);
    const auto& inner = *reinterpret_cast<const wire::Ethernet*>(start + sizeof header);
    const std::uint32_t vni = __builtin_bswap32(express::load<std::uint32_t>(&header.vni)) >> 8;
    const bool is_v4 = inner.type == wire::EtherType::ipv4;
    if (!header.has_vni() || (!is_v4 && inner.type != wire::EtherType::ipv6)) return;
    if ((express::load<std::uint64_t>(&inner) & express::mac_bits) != opening.gateway) return;
    if (vni != opening.vni) {
        const std::uint16_t* network = opening.tables.vnis.find(vni);
        if (network == nullptr) return;
        opening.vni = vni;
        opening.network = *network;
    }
    item.ip = start + front;
    item.room = room - front;
    item.network = opening.network;
    item.tunnel = Item::from_vxlan; // find_tunnels() knows which
    opening.add_inner(item, place, is_v4 ? V4::family : V6::family);
}

// TS 29.281 section 5.1: a G-PDU, at most with the PDU session container that 5G radios always send (TS 38.415).
[[gnu::always_inline]] inline void Express::look_at_gtpu(const Opening& opening, ExpressAdder& payloads, Item& item,
                                                         std::uint8_t place, std::uint8_t* start,
                                                         std::uint32_t room) noexcept
{
    if (room <= sizeof(wire::Gtpu)) return;
    const auto& header = *reinterpret_cast<const wire::Gtpu*>(start);
    if (header.type != wire::GtpuMessage::g_pdu || header.length.host() != room - sizeof header) return;
    std::uint32_t front = sizeof header;
    if (header.flags == (wire::Gtpu::plain | wire::Gtpu::extension_flag)) {
        front += sizeof(wire::GtpuOptional);
        if (room <= front) return;
        const auto& optional = *reinterpret_cast<const wire::GtpuOptional*>(start + sizeof header);
        const std::uint32_t length = static_cast<std::uint32_t>(wire::GtpuExtension::unit) * start[front];
        const bool container = optional.next_extension == wire::GtpuExtension::pdu_session_container && length != 0 &&
                               front + length < room && start[front + length - 1] == wire::GtpuExtension::none;
        if (!container) return;
        front += length;
    } else if (header.flags != wire::Gtpu::plain) {
        return;
    }
    const std::uint32_t teid = header.teid.host();
    item.ip = start + front;
    item.room = room - front;
    item.tunnel = teid;
    item.way = opening.tables.teids.prefetch({teid});
    payloads.add(place);
}

template<class Family>
[[gnu::always_inline]] inline void Express::open(Opening& opening, ExpressAdder& payloads,
                                                 const Endpoints<Family>& ends, std::uint8_t place) noexcept
{
    Item& item = opening.lane.items[place];
    const auto& key = key_of<Family>(item);
    const bool vxlan = key.destination_port == ends.vxlan_port && key.destination == ends.vtep;
    const bool gtpu = !vxlan && key.destination_port == wire::Gtpu::port.raw() && key.destination == ends.gtpu;
    if (!vxlan && !gtpu) [[unlikely]] // passes through
        return opening.lane.template of<Family>().served.add(place);
    item.lane = Lane::general;
    const table::Interface& interface = opening.tables.interfaces[item.interface];
    if (!(vxlan ? interface.terminates_vxlan : interface.terminates_gtpu) || !express::is_ordinary(key.source)) return;
    std::uint8_t* start = item.ip + sizeof(typename Family::Header) + sizeof(wire::Udp);
    const std::uint32_t datagram = item.l3_length - static_cast<std::uint32_t>(sizeof(typename Family::Header));
    // Bytes behind a datagram's end belong to nobody, and the general way cuts them off.
    if (reinterpret_cast<const wire::Udp*>(start)[-1].length.host() != datagram) return;
    const std::uint32_t room = datagram - static_cast<std::uint32_t>(sizeof(wire::Udp));
    if (vxlan)
        open_vxlan(opening, item, place, start, room);
    else
        look_at_gtpu(opening, payloads, item, place, start, room);
}

// The TEID names network and phone.
[[gnu::always_inline]] inline void Express::open_gtpu(Opening& opening, const Traffic& traffic,
                                                      std::uint8_t place) noexcept
{
    Item& item = opening.lane.items[place];
    const std::uint8_t version = *item.ip >> 4;
    if (item.tunnel != opening.teid) {
        opening.teid = item.tunnel;
        opening.terminus = opening.tables.teids.find({item.tunnel}, item.way);
    }
    item.terminus = opening.terminus;
    item.way = table::none;
    if (item.terminus == nullptr || version != item.terminus->family) return;
    item.network = item.terminus->network;
    item.tunnel = item.terminus->counter;
    traffic.prefetch_tunnel(item.tunnel);
    opening.add_inner(item, place, version);
}

void Express::open_all() noexcept
{
    if (lane_.tunneled.count == 0) return;
    open_tunnels();
    look_inside<V4>();
    look_inside<V6>();
}

void Express::open_tunnels() noexcept
{
    ExpressLane& lane = lane_;
    const table::Snapshot& tables = tables_;
    const Endpoints<V4> ends4(tables.settings);
    const Endpoints<V6> ends6(tables.settings);
    lane.v4.packets.count = lane.v6.packets.count = 0;
    ExpressAdder packets4(lane.v4.packets);
    ExpressAdder packets6(lane.v6.packets);
    Opening opening{lane, packets4, packets6, tables, express::mac_word(tables.settings.gateway_mac)};
    {
        ExpressAdder payloads(lane.gtpu);
        const unsigned count = lane.tunneled.count;
        for (unsigned i = 0; i < count; ++i) {
            const std::uint8_t place = lane.tunneled.at[i];
            if (lane.items[place].family == V4::family)
                open(opening, payloads, ends4, place);
            else
                open(opening, payloads, ends6, place);
        }
    }
    const Traffic& traffic = traffic_;
    const unsigned count = lane.gtpu.count;
    for (unsigned i = 0; i < count; ++i)
        open_gtpu(opening, traffic, lane.gtpu.at[i]);
}

} // namespace sluice
