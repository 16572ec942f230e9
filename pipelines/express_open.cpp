// The passes between: packets to a tunnel endpoint of ours. What each check means stands with its drop in the general
// way (pipelines/vxlan, pipelines/gtpu); here a failed one only means "not for the express lane".
#include "dataplane/wire/gtpu.hpp"
#include "dataplane/wire/gtpu_extension.hpp"
#include "dataplane/wire/vxlan.hpp"
#include "pipelines/express.hpp"
#include "pipelines/express_look.hpp"

namespace sluice {
namespace {

[[gnu::always_inline]] inline std::uint8_t* payload_of(const ExpressItem& item)
{
    const std::size_t ip = item.family == V4::family ? sizeof(wire::Ipv4) : sizeof(wire::Ipv6);
    return item.ip + ip + sizeof(wire::Udp);
}

[[gnu::always_inline]] inline std::uint32_t room_behind(const ExpressItem& item, const std::uint8_t* at)
{
    return static_cast<std::uint32_t>(item.ip + item.l3_length - at);
}

// Bytes behind a datagram's end belong to nobody, and the general way cuts them off.
[[gnu::always_inline]] inline bool fills_its_packet(const ExpressItem& item)
{
    const auto& udp = *reinterpret_cast<const wire::Udp*>(payload_of(item) - sizeof(wire::Udp));
    return udp.length.host() == sizeof udp + room_behind(item, payload_of(item));
}

[[gnu::always_inline]] inline bool is_to(const ExpressItem& item, const IpAddress& address)
{
    if (item.family == V4::family) return address.is_v4() && item.key.v4.destination == V4::raw(address);
    return !address.is_v4() && item.key.v6.destination == V6::raw(address);
}

[[gnu::always_inline]] inline bool has_ordinary_addresses(const ExpressItem& item)
{
    return item.family == V4::family ? express::is_ordinary(item.key.v4) : express::is_ordinary(item.key.v6);
}

[[gnu::always_inline]] inline std::uint16_t destination_port(const ExpressItem& item)
{
    return item.family == V4::family ? item.key.v4.destination_port : item.key.v6.destination_port;
}

} // namespace

// RFC 7348 section 5: the I flag, the VNI, and an inner frame to the gateway.
inline void Express::open_vxlan(Item& item, std::uint8_t place) noexcept
{
    std::uint8_t* start = payload_of(item);
    if (room_behind(item, start) < sizeof(wire::Vxlan) + sizeof(wire::Ethernet)) return;
    const auto& header = *reinterpret_cast<const wire::Vxlan*>(start);
    const auto& inner = *reinterpret_cast<const wire::Ethernet*>(start + sizeof header);
    const std::uint16_t* network = header.has_vni() ? tables_.vnis.find(header.vni.host()) : nullptr;
    const bool is_v4 = inner.type == wire::EtherType::ipv4;
    const bool to_gateway =
        (express::load<std::uint64_t>(&inner) & express::mac_bits) == express::mac_word(tables_.settings.gateway_mac);
    if (network == nullptr || !to_gateway || (!is_v4 && inner.type != wire::EtherType::ipv6)) return;
    std::uint8_t* ip = start + sizeof header + sizeof inner;
    item.room = room_behind(item, ip);
    item.ip = ip;
    item.network = *network;
    item.tunnel = ExpressItem::from_vxlan; // find_tunnels() knows which
    lane_.of(is_v4 ? V4::family : V6::family).packets.add(place);
}

// TS 29.281 section 5.1: a G-PDU, at most with the PDU session container that 5G radios always send (TS 38.415).
inline void Express::look_at_gtpu(Item& item, std::uint8_t place) noexcept
{
    std::uint8_t* start = payload_of(item);
    const std::uint32_t room = room_behind(item, start);
    if (room < sizeof(wire::Gtpu)) return;
    const auto& header = *reinterpret_cast<const wire::Gtpu*>(start);
    const auto& udp = *reinterpret_cast<const wire::Udp*>(start - sizeof(wire::Udp));
    if (header.type != wire::GtpuMessage::g_pdu) return;
    if (udp.length.host() != sizeof udp + sizeof header + header.length.host()) return;
    std::size_t front = sizeof header;
    if (header.flags == (wire::Gtpu::plain | wire::Gtpu::extension_flag)) {
        front += sizeof(wire::GtpuOptional);
        if (room <= front) return;
        const auto& optional = *reinterpret_cast<const wire::GtpuOptional*>(start + sizeof header);
        const std::size_t length = wire::GtpuExtension::unit * start[front];
        const bool container = optional.next_extension == wire::GtpuExtension::pdu_session_container && length != 0 &&
                               front + length < room && start[front + length - 1] == wire::GtpuExtension::none;
        if (!container) return;
        front += length;
    } else if (header.flags != wire::Gtpu::plain) {
        return;
    }
    if (room <= front) return;
    item.tunnel = header.teid.host();
    item.room = static_cast<std::uint32_t>(room - front);
    item.ip = start + front;
    tables_.teids.prefetch(item.tunnel);
    lane_.gtpu.add(place);
}

[[gnu::always_inline]] inline void Express::open(std::uint8_t place) noexcept
{
    Item& item = lane_.items[place];
    const table::Settings& settings = tables_.settings;
    const table::Interface& interface = tables_.interfaces[item.interface];
    const std::uint16_t to = destination_port(item);
    const bool vxlan = settings.has_vtep && to == wire::Be16{settings.vxlan_port}.raw() && is_to(item, settings.vtep);
    const bool gtpu =
        !vxlan && settings.has_gtpu_endpoint && to == wire::Gtpu::port.raw() && is_to(item, settings.gtpu_endpoint);
    if (!vxlan && !gtpu) return lane_.served.add(place); // passes through
    item.lane = Lane::general;
    if (!(vxlan ? interface.terminates_vxlan : interface.terminates_gtpu)) return;
    if (!has_ordinary_addresses(item) || !fills_its_packet(item)) return;
    if (vxlan)
        open_vxlan(item, place);
    else
        look_at_gtpu(item, place);
}

// The TEID names network and phone.
inline void Express::open_gtpu(std::uint8_t place) noexcept
{
    Item& item = lane_.items[place];
    const std::uint8_t version = *item.ip >> 4;
    item.terminus = tables_.teids.find(item.tunnel);
    if (item.terminus == nullptr || version != item.terminus->family) return;
    item.network = item.terminus->network;
    item.tunnel = item.terminus->counter;
    lane_.of(version).packets.add(place);
}

void Express::open_all() noexcept
{
    if (lane_.tunneled.count == 0) return;
    lane_.v4.packets.count = lane_.v6.packets.count = 0;
    for (unsigned i = 0; i < lane_.tunneled.count; ++i)
        open(lane_.tunneled.at[i]);
    for (unsigned i = 0; i < lane_.gtpu.count; ++i)
        open_gtpu(lane_.gtpu.at[i]);
    look_inside<V4>();
    look_inside<V6>();
}

} // namespace sluice
