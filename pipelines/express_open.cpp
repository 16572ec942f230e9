// The passes between: packets to a tunnel endpoint of ours. What each check means stands with its drop in the general
// way (pipelines/vxlan, pipelines/gtpu); here a failed one only means "not for the express lane".
#include "dataplane/wire/gtpu.hpp"
#include "dataplane/wire/gtpu_extension.hpp"
#include "dataplane/wire/vxlan.hpp"
#include "pipelines/express.hpp"
#include "pipelines/express_look.hpp"

namespace sluice {
namespace {

// One family's endpoint, as in keys. An address that is nobody's takes its place where there is none: packets to that
// are not for the lane anyway.
template<class Family>
typename Family::Address endpoint(bool is_there, const IpAddress& address)
{
    return is_there && address.is_v4() == (Family::family == V4::family) ? Family::raw(address)
                                                                         : typename Family::Address{};
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

// To be looked at, like those outside tunnels.
[[gnu::always_inline]] inline void Express::add_inner(const Item& item, std::uint8_t place,
                                                      std::uint8_t family) noexcept
{
    const bool is_v4 = family == V4::family;
    if (item.room >= (is_v4 ? express::least<V4> : express::least<V6>)) lane_.of(family).packets.add(place);
}

// RFC 7348 section 5: the I flag, the VNI, and an inner frame to the gateway. `start` is behind UDP, where `room` bytes
// are.
[[gnu::always_inline]] inline void Express::open_vxlan(Item& item, std::uint8_t place, std::uint8_t* start,
                                                       std::uint32_t room, std::uint64_t gateway) noexcept
{
    constexpr std::uint32_t front = sizeof(wire::Vxlan) + sizeof(wire::Ethernet);
    if (room < front) return;
    const auto& header = *reinterpret_cast<const wire::Vxlan*>(start);
    const auto& inner = *reinterpret_cast<const wire::Ethernet*>(start + sizeof header);
    const std::uint32_t vni = __builtin_bswap32(express::load<std::uint32_t>(&header.vni)) >> 8;
    const bool is_v4 = inner.type == wire::EtherType::ipv4;
    if (!header.has_vni() || (!is_v4 && inner.type != wire::EtherType::ipv6)) return;
    if ((express::load<std::uint64_t>(&inner) & express::mac_bits) != gateway) return;
    const std::uint16_t* network = tables_.vnis.find(vni);
    if (network == nullptr) return;
    item.ip = start + front;
    item.room = room - front;
    item.network = *network;
    item.tunnel = Item::from_vxlan; // find_tunnels() knows which
    add_inner(item, place, is_v4 ? V4::family : V6::family);
}

// TS 29.281 section 5.1: a G-PDU, at most with the PDU session container that 5G radios always send (TS 38.415).
[[gnu::always_inline]] inline void Express::look_at_gtpu(Item& item, std::uint8_t place, std::uint8_t* start,
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
    item.ip = start + front;
    item.room = room - front;
    item.tunnel = header.teid.host();
    tables_.teids.prefetch(item.tunnel);
    lane_.gtpu.add(place);
}

template<class Family>
[[gnu::always_inline]] inline void Express::open(const Endpoints<Family>& ends, std::uint8_t place,
                                                 std::uint64_t gateway) noexcept
{
    Item& item = lane_.items[place];
    const auto& key = key_of<Family>(item);
    const bool vxlan = key.destination_port == ends.vxlan_port && key.destination == ends.vtep;
    const bool gtpu = !vxlan && key.destination_port == wire::Gtpu::port.raw() && key.destination == ends.gtpu;
    if (!vxlan && !gtpu) return lane_.served.add(place); // passes through
    item.lane = Lane::general;
    const table::Interface& interface = tables_.interfaces[item.interface];
    if (!(vxlan ? interface.terminates_vxlan : interface.terminates_gtpu) || !express::is_ordinary(key)) return;
    std::uint8_t* start = item.ip + sizeof(typename Family::Header) + sizeof(wire::Udp);
    const std::uint32_t datagram = item.l3_length - static_cast<std::uint32_t>(sizeof(typename Family::Header));
    // Bytes behind a datagram's end belong to nobody, and the general way cuts them off.
    if (reinterpret_cast<const wire::Udp*>(start)[-1].length.host() != datagram) return;
    const std::uint32_t room = datagram - static_cast<std::uint32_t>(sizeof(wire::Udp));
    if (vxlan)
        open_vxlan(item, place, start, room, gateway);
    else
        look_at_gtpu(item, place, start, room);
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
    traffic_.prefetch_tunnel(item.tunnel);
    add_inner(item, place, version);
}

void Express::open_all() noexcept
{
    if (lane_.tunneled.count == 0) return;
    const Endpoints<V4> ends4(tables_.settings);
    const Endpoints<V6> ends6(tables_.settings);
    const std::uint64_t gateway = express::mac_word(tables_.settings.gateway_mac);
    lane_.v4.packets.count = lane_.v6.packets.count = 0;
    for (unsigned i = 0; i < lane_.tunneled.count; ++i) {
        const std::uint8_t place = lane_.tunneled.at[i];
        if (lane_.items[place].family == V4::family)
            open(ends4, place, gateway);
        else
            open(ends6, place, gateway);
    }
    for (unsigned i = 0; i < lane_.gtpu.count; ++i)
        open_gtpu(lane_.gtpu.at[i]);
    look_inside<V4>();
    look_inside<V6>();
}

} // namespace sluice
