#include "pipelines/ip/discovery.hpp"

#include <span>

#include "dataplane/burst/family.hpp"
#include "dataplane/burst/writable.hpp"
#include "dataplane/wire/checksum.hpp"
#include "pipelines/ip/drops.hpp"

namespace sluice::ip {
namespace {

using wire::Icmp6Type;

constexpr wire::Ipv6Bytes unspecified{};

struct Advertisement {
    wire::Neighbor neighbor;
    wire::NeighborOption option;
};
static_assert(wire::is_wire_layout<Advertisement, 32>);

bool is_solicited_node(const wire::Ipv6Bytes& address)
{
    return address == wire::solicited_node(address);
}

// Who has no address yet asks its group, and has no MAC to be answered at (sections 6.1.1 and 7.1.1).
bool is_nameless_in_order(const wire::Ipv6& ip, std::uint8_t type, std::span<const std::uint8_t> options)
{
    if (wire::find_neighbor_option(options, wire::NeighborOption::source_mac) != nullptr) return false;
    return type == Icmp6Type::router_solicitation ||
           (type == Icmp6Type::neighbor_solicitation && is_solicited_node(ip.destination));
}

bool is_advertisement_in_order(const wire::Ipv6& ip, const wire::Neighbor& message)
{
    const bool solicited = (message.flags.host() & wire::Neighbor::solicited_flag) != 0;
    return !V6::is_multicast(message.target) && !(solicited && V6::is_multicast(ip.destination));
}

bool is_redirect_in_order(const wire::Ipv6& ip, const wire::Redirect& message)
{
    return wire::is_link_local(ip.source) && !V6::is_multicast(message.destination) &&
           (wire::is_link_local(message.target) || message.target == message.destination);
}

// What each type asks for on top; `message` has its full length.
bool is_type_in_order(const wire::Ipv6& ip, std::span<const std::uint8_t> message)
{
    switch (message[0]) {
    case Icmp6Type::router_advertisement:
        return wire::is_link_local(ip.source);
    case Icmp6Type::neighbor_solicitation:
        return !V6::is_multicast(reinterpret_cast<const wire::Neighbor*>(message.data())->target);
    case Icmp6Type::neighbor_advertisement:
        return is_advertisement_in_order(ip, *reinterpret_cast<const wire::Neighbor*>(message.data()));
    case Icmp6Type::redirect:
        return is_redirect_in_order(ip, *reinterpret_cast<const wire::Redirect*>(message.data()));
    default:
        return true;
    }
}

bool is_in_order(const wire::Ipv6& ip, std::span<const std::uint8_t> message)
{
    const std::uint8_t type = message[0];
    if (ip.hop_limit != wire::Neighbor::required_hop_limit || message[1] != 0) return false;
    if (message.size() < wire::discovery_length(type)) return false;
    const auto options = message.subspan(wire::discovery_length(type));
    if (!wire::are_neighbor_options(options) || !wire::upper_is_intact(ip, V6::icmp, message)) return false;
    if (ip.source == unspecified && !is_nameless_in_order(ip, type, options)) return false;
    return is_type_in_order(ip, message);
}

} // namespace

bool is_discovery(const Packet& packet) noexcept
{
    if (packet.family != V6::family || packet.protocol != V6::icmp || packet.later_fragment) return false;
    return Icmp6Type::is_discovery(packet.at<wire::Icmp6>(packet.l4)->type); // parse saw the header whole
}

Discovery read_discovery(const Packet& packet) noexcept
{
    if (packet.fragment) return {Verdict::drop(RouteDrop::discovery_invalid)}; // RFC 6980 section 5
    if (packet.l3_length > packet.mbuf->data_len) return {Verdict::next()};
    const auto* start = packet.at<std::uint8_t>(packet.l4);
    const std::span message(start, static_cast<std::size_t>(packet.l3_length - packet.l4));
    if (!is_in_order(ip_header<V6>(packet), message)) return {Verdict::drop(RouteDrop::discovery_invalid)};
    if (message[0] != Icmp6Type::neighbor_solicitation) return {Verdict::next()};
    return {Verdict::next(), true, Ipv6Address{packet.at<wire::Neighbor>(packet.l4)->target}};
}

bool turn_into_advertisement(Packet& packet, const MacAddress& mac) noexcept
{
    constexpr auto length = static_cast<std::uint16_t>(sizeof(wire::Ipv6) + sizeof(Advertisement));
    const auto target = packet.at<wire::Neighbor>(packet.l4)->target;
    const auto asker = ip_header<V6>(packet).source;
    const bool nameless = asker == unspecified; // duplicate address detection: RFC 4861 section 7.2.4
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
