#include "pipelines/ip/neighbor.hpp"

#include <span>

#include "dataplane/burst/family.hpp"
#include "dataplane/burst/writable.hpp"
#include "dataplane/wire/arp.hpp"
#include "dataplane/wire/checksum.hpp"
#include "pipelines/ip/drops.hpp"

namespace sluice::ip {
namespace {

std::uint32_t arp_offset(const Packet& packet)
{
    const bool tagged = packet.at<wire::Ethernet>(0)->type == wire::EtherType::vlan; // parse saw both whole
    return sizeof(wire::Ethernet) + (tagged ? sizeof(wire::Vlan) : 0);
}

std::uint32_t group_towards(const table::Snapshot& tables, const IpAddress& address)
{
    return address.is_v4() ? V4::find_route(tables, table::public_network, V4::raw(address))
                           : V6::find_route(tables, table::public_network, V6::raw(address));
}

bool is_on_link(const table::Snapshot& tables, std::uint16_t interface, const IpAddress& address)
{
    const std::uint32_t group = group_towards(tables, address);
    if (group == table::none) return false;
    for (const std::uint32_t member : tables.groups[group].hops) {
        const table::Hop& hop = tables.hops[member];
        if (hop.kind == table::Hop::Kind::on_link && hop.interface == interface) return true;
    }
    return false;
}

struct Advertisement {
    wire::Neighbor neighbor;
    wire::NeighborOption option;
};
static_assert(wire::is_wire_layout<Advertisement, 32>);

} // namespace

bool answers_on_wire(const table::Snapshot& tables, std::uint16_t interface, const IpAddress& address) noexcept
{
    if (tables.interfaces[interface].network != table::public_network) return false;
    const auto* own = tables.locals.find(table::key_of(table::public_network, address));
    if (own == nullptr) return false;
    const bool ours =
        own->owner == table::Owner::service || own->owner == table::Owner::eip || own->owner == table::Owner::pool;
    return ours && is_on_link(tables, interface, address);
}

bool answers_in_network(const table::Snapshot& tables, std::uint16_t network, const IpAddress& address) noexcept
{
    const auto* own = tables.locals.find(table::key_of(network, address));
    return own != nullptr && own->owner == table::Owner::gateway;
}

ArpQuestion read_arp(const Packet& packet) noexcept
{
    const auto* arp = packet.at<wire::Arp>(arp_offset(packet));
    // An answer goes to the asker's MAC, so a group there would multiply it.
    if (arp == nullptr || !arp->is_ipv4_over_ethernet() || wire::is_multicast(arp->sender_mac))
        return {Verdict::drop(ParseDrop::arp_malformed), false, {}, {}};
    return {Verdict::next(), arp->operation == wire::Arp::request, Ipv4Address{arp->target.host()},
            Ipv4Address{arp->sender.host()}};
}

void turn_into_arp_reply(Packet& packet, const MacAddress& mac) noexcept
{
    auto* arp = packet.at<wire::Arp>(arp_offset(packet));
    const wire::Be32 target = arp->target;
    arp->operation = wire::Arp::reply;
    arp->target_mac = arp->sender_mac;
    arp->target = arp->sender;
    arp->sender_mac = mac.bytes;
    arp->sender = target;
    auto* ethernet = packet.at<wire::Ethernet>(0);
    ethernet->destination = arp->target_mac;
    ethernet->source = mac.bytes;
}

bool is_discovery(const Packet& packet) noexcept
{
    if (packet.family != V6::family || packet.protocol != V6::icmp || packet.later_fragment) return false;
    return wire::Icmp6Type::is_discovery(packet.at<wire::Icmp6>(packet.l4)->type); // parse saw the header whole
}

Solicitation read_solicitation(const Packet& packet) noexcept
{
    const Solicitation invalid{Verdict::drop(RouteDrop::discovery_invalid), true, {}};
    const auto& ip = ip_header<V6>(packet);
    if (packet.at<wire::Icmp6>(packet.l4)->type != wire::Icmp6Type::neighbor_solicitation) // parse saw this much
        return {Verdict::next(), false, {}};
    const auto* message = packet.at<wire::Neighbor>(packet.l4);
    const std::size_t length = packet.l3_length - packet.l4;
    const bool whole = message != nullptr && length >= sizeof *message && packet.l3_length <= packet.mbuf->data_len &&
                       !packet.fragment;
    if (!whole || ip.hop_limit != wire::Neighbor::required_hop_limit || message->code != 0 ||
        V6::is_multicast(message->target))
        return invalid;
    const std::span bytes(reinterpret_cast<const std::uint8_t*>(message), length);
    if (!wire::are_neighbor_options(bytes.subspan(sizeof *message)) || !wire::upper_is_intact(ip, V6::icmp, bytes))
        return invalid;
    return {Verdict::next(), true, Ipv6Address{message->target}};
}

bool turn_into_advertisement(Packet& packet, const MacAddress& mac) noexcept
{
    constexpr auto length = static_cast<std::uint16_t>(sizeof(wire::Ipv6) + sizeof(Advertisement));
    const auto target = packet.at<wire::Neighbor>(packet.l4)->target;
    const auto asker = ip_header<V6>(packet).source;
    const bool nameless = asker == wire::Ipv6Bytes{}; // duplicate address detection: RFC 4861 section 7.2.4
    trim_to(packet.mbuf, length);
    const auto missing = static_cast<std::uint16_t>(length - packet.mbuf->pkt_len);
    if (missing != 0 && rte_pktmbuf_append(packet.mbuf, missing) == nullptr) return false;
    if (packet.mbuf->data_len < length) return false;

    constexpr wire::Ipv6Bytes all_nodes{0xFF, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01};
    auto& ip = ip_header<V6>(packet);
    ip = {wire::ipv6_first_word(0, 0),
          wire::Be16{sizeof(Advertisement)},
          V6::icmp,
          wire::Neighbor::required_hop_limit,
          target,
          nameless ? all_nodes : asker};
    auto* advertisement = reinterpret_cast<Advertisement*>(&ip + 1);
    const std::uint32_t flags =
        wire::Neighbor::router_flag | wire::Neighbor::override_flag | (nameless ? 0 : wire::Neighbor::solicited_flag);
    advertisement->neighbor = {wire::Icmp6Type::neighbor_advertisement, 0, wire::Be16{0}, wire::Be32{flags}, target};
    advertisement->option = {wire::NeighborOption::target_mac, 1, mac.bytes};
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(advertisement);
    advertisement->neighbor.checksum = wire::upper_checksum(ip, V6::icmp, std::span(bytes, sizeof *advertisement));
    packet.l4 = sizeof(wire::Ipv6);
    packet.l3_length = length;
    return true;
}

} // namespace sluice::ip
