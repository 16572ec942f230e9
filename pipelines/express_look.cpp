// The first passes: Ethernet, IP, tunnels. What each check means stands with its drop in the general way; here a failed
// one only means "not for the express lane".
#include "pipelines/express_look.hpp"

#include "dataplane/wire/gtpu.hpp"
#include "dataplane/wire/gtpu_extension.hpp"
#include "dataplane/wire/vxlan.hpp"
#include "pipelines/express.hpp"

namespace sluice {
namespace {

using express::load;
using Lane = ExpressItem::Lane;

constexpr unsigned ahead = 4; // frames whose headers are on their way while one is looked at
constexpr std::uint16_t no_interface = 0xFFFF;

// As two words: a compare through memory would wait for its own stores.
bool same_mac(const std::uint8_t* left, const std::uint8_t* right)
{
    return load<std::uint32_t>(left) == load<std::uint32_t>(right) &&
           load<std::uint16_t>(left + 4) == load<std::uint16_t>(right + 4);
}

// One segment, nobody else's, with room for any exit in front once its link header is off.
bool is_simple(const rte_mbuf& frame)
{
    return frame.nb_segs == 1 && rte_mbuf_refcnt_read(&frame) == 1 && RTE_MBUF_DIRECT(&frame) &&
           frame.data_off >= table::Exit::room && frame.data_len >= sizeof(wire::Ethernet);
}

// The UDP payload of the packet at `item.ip`, which look() saw whole.
std::uint8_t* payload_of(const ExpressItem& item)
{
    const std::size_t ip = item.family == V4::family ? sizeof(wire::Ipv4) : sizeof(wire::Ipv6);
    return item.ip + ip + sizeof(wire::Udp);
}

std::uint32_t room_behind(const ExpressItem& item, const std::uint8_t* at)
{
    return static_cast<std::uint32_t>(item.ip + item.l3_length - at);
}

// Bytes behind a datagram's end belong to nobody, and the general way cuts them off.
bool fills_its_packet(const ExpressItem& item)
{
    const auto& udp = *reinterpret_cast<const wire::Udp*>(payload_of(item) - sizeof(wire::Udp));
    return udp.length.host() == sizeof udp + room_behind(item, payload_of(item));
}

bool is_to(const ExpressItem& item, const IpAddress& address)
{
    if (item.family == V4::family) return address.is_v4() && item.key.v4.destination == V4::raw(address);
    return !address.is_v4() && item.key.v6.destination == V6::raw(address);
}

std::uint16_t destination_port(const ExpressItem& item)
{
    return item.family == V4::family ? item.key.v4.destination_port : item.key.v6.destination_port;
}

} // namespace

void Express::look_all(std::uint16_t port, rte_mbuf* const* frames, unsigned count) noexcept
{
    for (unsigned i = 0; i < count; ++i) {
        if (i + ahead < count) rte_prefetch0(rte_pktmbuf_mtod(frames[i + ahead], const void*));
        look(port, frames[i], lane_[i]);
    }
}

void Express::open_all(unsigned count) noexcept
{
    for (unsigned i = 0; i < count; ++i) {
        Item& item = lane_[i];
        if (item.lane != Lane::gtpu) continue;
        const Lane lane = open_gtpu(item);
        item.lane = lane == Lane::session ? choose(item) : lane;
    }
}

inline void Express::look(std::uint16_t port, rte_mbuf* frame, Item& item) noexcept
{
    item.mbuf = frame;
    item.tunnel = table::none;
    item.lane = Lane::general;
    if (!is_simple(*frame)) return;
    item.wire_length = frame->pkt_len;
    auto* start = rte_pktmbuf_mtod(frame, std::uint8_t*);
    const auto& ethernet = *reinterpret_cast<const wire::Ethernet*>(start);
    std::uint32_t length = sizeof ethernet;
    std::uint16_t vlan = wire::Vlan::priority_tag;
    wire::Be16 type = ethernet.type;
    if (type == wire::EtherType::vlan) {
        const auto& tag = *reinterpret_cast<const wire::Vlan*>(start + length);
        if (frame->data_len < length + sizeof tag) return;
        vlan = tag.id();
        type = tag.type;
        length += sizeof tag;
    }
    item.interface = tables_.interface_of[port * 4096U + vlan];
    if (item.interface == no_interface) return;
    const table::Interface& interface = tables_.interfaces[item.interface];
    if (!same_mac(start, interface.mac.bytes.data()) || wire::is_multicast(ethernet.source)) return;
    if (type != wire::EtherType::ipv4 && type != wire::EtherType::ipv6) return;
    item.network = interface.network;
    Lane lane = look_at_packet(item, type == wire::EtherType::ipv4, start + length, frame->data_len - length);
    if (lane == Lane::session && item.protocol == wire::IpProtocol::udp) lane = out_of_tunnel(item, interface);
    item.lane = lane == Lane::session ? choose(item) : lane;
}

inline Lane Express::look_at_packet(Item& item, bool is_v4, std::uint8_t* ip, std::uint32_t room) noexcept
{
    return is_v4 ? express::look(V4{}, item, ip, room) : express::look(V6{}, item, ip, room);
}

// Only in the public network are packets addressed to our tunnel endpoints.
Lane Express::out_of_tunnel(Item& item, const table::Interface& interface) noexcept
{
    if (item.network != table::public_network) return Lane::session;
    const auto open = [&](bool allowed, auto&& opened) {
        const bool ordinary =
            item.family == V4::family ? express::is_ordinary(item.key.v4) : express::is_ordinary(item.key.v6);
        return allowed && ordinary && fills_its_packet(item) ? opened() : Lane::general;
    };
    const table::Settings& settings = tables_.settings;
    const std::uint16_t to = destination_port(item);
    if (settings.has_vtep && to == wire::Be16{settings.vxlan_port}.raw() && is_to(item, settings.vtep))
        return open(interface.terminates_vxlan, [&] { return open_vxlan(item); });
    if (settings.has_gtpu_endpoint && to == wire::Gtpu::port.raw() && is_to(item, settings.gtpu_endpoint))
        return open(interface.terminates_gtpu, [&] { return look_at_gtpu(item); });
    return Lane::session;
}

// RFC 7348 section 5: the I flag, the VNI, and an inner frame to the gateway.
Lane Express::open_vxlan(Item& item) noexcept
{
    std::uint8_t* start = payload_of(item);
    if (room_behind(item, start) < sizeof(wire::Vxlan) + sizeof(wire::Ethernet)) return Lane::general;
    const auto& header = *reinterpret_cast<const wire::Vxlan*>(start);
    const auto& inner = *reinterpret_cast<const wire::Ethernet*>(start + sizeof header);
    const std::uint16_t* network = header.has_vni() ? tables_.vnis.find(header.vni.host()) : nullptr;
    if (network == nullptr || inner.destination != tables_.settings.gateway_mac.bytes) return Lane::general;
    if (wire::is_multicast(inner.source)) return Lane::general;
    if (inner.type != wire::EtherType::ipv4 && inner.type != wire::EtherType::ipv6) return Lane::general;
    std::uint8_t* ip = start + sizeof header + sizeof inner;
    item.network = *network;
    item.tunnel = from_vxlan; // find_tunnels() knows which
    return look_at_packet(item, inner.type == wire::EtherType::ipv4, ip, room_behind(item, ip));
}

// TS 29.281 section 5.1: a G-PDU, at most with the PDU session container that 5G radios always send (TS 38.415).
Lane Express::look_at_gtpu(Item& item) noexcept
{
    std::uint8_t* start = payload_of(item);
    const std::uint32_t room = room_behind(item, start);
    if (room < sizeof(wire::Gtpu)) return Lane::general;
    const auto& header = *reinterpret_cast<const wire::Gtpu*>(start);
    const auto& udp = *reinterpret_cast<const wire::Udp*>(start - sizeof(wire::Udp));
    if (header.type != wire::GtpuMessage::g_pdu) return Lane::general;
    if (udp.length.host() != sizeof udp + sizeof header + header.length.host()) return Lane::general;
    std::size_t front = sizeof header;
    if (header.flags == (wire::Gtpu::plain | wire::Gtpu::extension_flag)) {
        front += sizeof(wire::GtpuOptional);
        if (room <= front) return Lane::general;
        const auto& optional = *reinterpret_cast<const wire::GtpuOptional*>(start + sizeof header);
        const std::size_t length = wire::GtpuExtension::unit * start[front];
        const bool container = optional.next_extension == wire::GtpuExtension::pdu_session_container && length != 0 &&
                               front + length < room && start[front + length - 1] == wire::GtpuExtension::none;
        if (!container) return Lane::general;
        front += length;
    } else if (header.flags != wire::Gtpu::plain) {
        return Lane::general;
    }
    if (room <= front) return Lane::general;
    item.tunnel = header.teid.host();
    item.l3_length = static_cast<std::uint16_t>(room - front);
    item.ip = start + front;
    tables_.teids.prefetch(item.tunnel);
    return Lane::gtpu;
}

// The TEID names network and phone, and the inner source must be that phone's.
Lane Express::open_gtpu(Item& item) noexcept
{
    const table::GtpuTerminus* terminus = tables_.teids.find(item.tunnel);
    if (terminus == nullptr) return Lane::general;
    item.network = terminus->network;
    const std::uint8_t version = *item.ip >> 4;
    if (version != terminus->family) return Lane::general;
    const Lane lane = look_at_packet(item, version == V4::family, item.ip, item.l3_length);
    const bool own =
        lane == Lane::general || (version == V4::family ? load<std::uint32_t>(terminus->ue.data()) == item.key.v4.source
                                                        : terminus->ue == item.key.v6.source);
    if (!own) return Lane::general;
    item.tunnel = terminus->counter;
    return lane;
}

// In the public network only packets to an address of ours have sessions, and those it translates by their source.
inline Lane Express::choose(Item& item) noexcept
{
    const table::Network& network = tables_.networks[item.network];
    if (item.network != table::public_network || network.translates_any) return Lane::session;
    return item.family == V4::family ? choose_public(V4{}, item, network) : choose_public(V6{}, item, network);
}

inline Lane Express::choose_public(V4, Item& item, const table::Network& network) const noexcept
{
    const table::FlowKey4& key = item.key.v4;
    const auto has = [](const auto& map, std::uint32_t address) {
        return map.find(table::local4_key(table::public_network, address)) != nullptr;
    };
    if (network.sources.have(key.source)) return Lane::session;
    if (const bool* stateless = tables_.locals4.find(table::local4_key(table::public_network, key.destination)))
        return *stateless ? choose_service<V4>(item, key) : Lane::session;
    if (network.translates_some && has(tables_.translated4, key.source)) return Lane::session;
    return express::is_ordinary(key) ? Lane::plain : Lane::general;
}

inline Lane Express::choose_public(V6, Item& item, const table::Network& network) const noexcept
{
    const table::FlowKey6& key = item.key.v6;
    const auto has = [](const auto& map, const V6::Address& address) {
        return map.find(address_key<V6>(table::public_network, address)) != nullptr;
    };
    if (const auto* local = tables_.locals.find(address_key<V6>(table::public_network, key.destination)))
        return local->stateless ? choose_service<V6>(item, key) : Lane::session;
    if (network.translates_some && has(tables_.translated, key.source)) return Lane::session;
    return express::is_ordinary(key) ? Lane::plain : Lane::general;
}

// The address has a service without sessions, perhaps beside others that have some.
template<class Family>
Lane Express::choose_service(Item& item, const typename Family::Key& key) const noexcept
{
    const auto* target = tables_.service_of.find(
        address_key<Family>(table::public_network, key.destination, key.destination_port, key.protocol));
    if (target == nullptr || !express::is_ordinary(key)) return Lane::session;
    const table::Service& service = tables_.services[target->service];
    if (!service.stateless || service.ring == nullptr || service.ring->empty()) return Lane::session;
    item.group = target->service;
    return Lane::ring;
}

} // namespace sluice
