// How packets end while they are parsed and while they are sent on their way: the stages `parse` and `route`.
#pragma once

#include <array>

#include "dataplane/burst/reasons.hpp"

namespace sluice::ip {

enum class ParseDrop : std::uint8_t {
    truncated,
    no_buffer,
    not_our_mac,
    source_mac_invalid,
    vlan_unknown,
    ethertype_unknown,
    arp_malformed,
    ip_version,
    ip_header_length,
    ip_total_length,
    ip_checksum,
    ip_options,
    fragment_malformed,
    extension_malformed,
    source_invalid,
    destination_invalid,
    multicast,
    tcp_malformed,
    udp_malformed,
    icmp_malformed,
    count_
};
constexpr Stage stage_of(ParseDrop) noexcept
{
    return Stage::parse;
}

inline constexpr std::array<ReasonRow<ParseDrop>, 20> parse_drops{{
    {ParseDrop::truncated, "truncated", "the frame ends inside a header",
     "a broken sender or cable: capture it with drops --last"},
    {ParseDrop::no_buffer, "no_buffer", "no free mbuf to make the headers writable", "raise memory.hugepages"},
    {ParseDrop::not_our_mac, "not_our_mac", "the Ethernet destination is another station's",
     "a flooding switch; harmless when few"},
    {ParseDrop::source_mac_invalid, "source_mac_invalid", "the Ethernet source is a group (IEEE 802.3 section 3.2.3)",
     "find the sender with drops --last"},
    {ParseDrop::vlan_unknown, "vlan_unknown", "no interface of this port has that VLAN tag",
     "vlans.NAME.id, or the switch's trunk"},
    {ParseDrop::ethertype_unknown, "ethertype_unknown", "neither IPv4, IPv6 nor ARP",
     "none: such frames are not for a gateway"},
    {ParseDrop::arp_malformed, "arp_malformed",
     "ARP that is not IPv4 over Ethernet, neither asks nor answers, or names no station (RFC 826)",
     "find the sender with drops --last"},
    {ParseDrop::ip_version, "ip_version", "the version field disagrees with the ethertype",
     "find the sender with drops --last"},
    {ParseDrop::ip_header_length, "ip_header_length", "IPv4 header shorter than 20 bytes or longer than the packet",
     "find the sender with drops --last"},
    {ParseDrop::ip_total_length, "ip_total_length", "the packet is shorter than its length field says",
     "find the sender with drops --last"},
    {ParseDrop::ip_checksum, "ip_checksum", "IPv4 header checksum wrong (RFC 1812 section 5.2.2)",
     "a broken NIC or link on the way"},
    {ParseDrop::ip_options, "ip_options", "an IPv4 option with an impossible length (RFC 791 section 3.1)",
     "find the sender with drops --last"},
    {ParseDrop::fragment_malformed, "fragment_malformed",
     "a fragment that ends behind 65,535 bytes, or not on eight with more to come (RFC 791 section 3.2, RFC 8200 "
     "section 4.5)",
     "an attack on reassembly: drops --last"},
    {ParseDrop::extension_malformed, "extension_malformed",
     "IPv6 extension headers cut short, repeated or too many (RFC 8200 section 4)",
     "find the sender with drops --last"},
    {ParseDrop::source_invalid, "source_invalid",
     "source is multicast, loopback or unspecified (RFC 1812 section 5.3.7)", "find the sender with drops --last"},
    {ParseDrop::destination_invalid, "destination_invalid", "destination is loopback or unspecified",
     "find the sender with drops --last"},
    {ParseDrop::multicast, "multicast", "multicast or broadcast that no kernel service of this link needs",
     "none: multicast is not routed"},
    {ParseDrop::tcp_malformed, "tcp_malformed",
     "TCP header cut short or its data offset impossible (RFC 9293 section 3.1)", "find the sender with drops --last"},
    {ParseDrop::udp_malformed, "udp_malformed", "UDP header cut short or its length impossible (RFC 768)",
     "find the sender with drops --last"},
    {ParseDrop::icmp_malformed, "icmp_malformed", "ICMP header cut short (RFC 792, RFC 4443)",
     "find the sender with drops --last"},
}};
static_assert(rows_match_enum(parse_drops));

enum class RouteDrop : std::uint8_t {
    no_route,
    unreachable,
    neighbor_unresolved,
    neighbor_queue_full,
    hold_full,
    hop_limit_exceeded,
    too_big,
    no_headroom,
    loop,
    not_for_us,
    punt_refused,
    tunnel_not_allowed_here,
    arp_unanswered,
    discovery_invalid,
    count_
};
constexpr Stage stage_of(RouteDrop) noexcept
{
    return Stage::route;
}

inline constexpr std::array<ReasonRow<RouteDrop>, 14> route_drops{{
    {RouteDrop::no_route, "no_route", "the packet's network has no route to its destination",
     "routes, networks.NAME, or the BGP feed"},
    {RouteDrop::unreachable, "unreachable", "inside a subnet of ours, but nobody said where it lives",
     "networks.NAME.neighbors or .sessions"},
    {RouteDrop::neighbor_unresolved, "neighbor_unresolved", "the next hop did not answer ARP or ND within a second",
     "cable, VLAN, peer; sluicectl neighbors"},
    {RouteDrop::neighbor_queue_full, "neighbor_queue_full", "four newer packets wait for the same next hop",
     "as neighbor_unresolved"},
    {RouteDrop::hold_full, "hold_full", "too many packets of this worker wait for neighbours",
     "a scan of empty addresses: filter it upstream"},
    {RouteDrop::hop_limit_exceeded, "hop_limit_exceeded", "TTL or hop limit used up; answered with time exceeded",
     "traceroute, or a routing loop"},
    {RouteDrop::too_big, "too_big", "larger than the way out; answered with the MTU (RFC 1191, RFC 8201)",
     "the sender lowers its size; check MTUs with sluicectl check"},
    {RouteDrop::no_headroom, "no_headroom", "no room in front of the packet for the encapsulation",
     "a driver with too little headroom: report it"},
    {RouteDrop::loop, "loop", "came back a third time within this node", "two rules send the packet to each other"},
    {RouteDrop::not_for_us, "not_for_us", "to an own address where nothing listens",
     "a scan, or a service missing in services"},
    {RouteDrop::punt_refused, "punt_refused", "over the budget of packets to the kernel",
     "who floods the node's own addresses: drops --last"},
    {RouteDrop::tunnel_not_allowed_here, "tunnel_not_allowed_here",
     "a tunnel packet on an interface that terminates none", "ports.NAME.terminates, or spoofing from outside"},
    {RouteDrop::arp_unanswered, "arp_unanswered", "ARP or ND inside a tunnel for an address that is not the gateway's",
     "the hosts should answer for their own machines"},
    {RouteDrop::discovery_invalid, "discovery_invalid",
     "ND that fails the checks of RFC 4861 sections 6.1, 7.1 and 8.1", "find the sender with drops --last"},
}};
static_assert(rows_match_enum(route_drops));

enum class RouteConsumed : std::uint8_t { echo_answered, arp_answered, nd_answered, count_ };
constexpr Stage stage_of(RouteConsumed) noexcept
{
    return Stage::route;
}

inline constexpr std::array<ReasonRow<RouteConsumed>, 3> route_consumed{{
    {RouteConsumed::echo_answered, "echo_answered", "a ping to an address of the node's own, answered here", "none"},
    {RouteConsumed::arp_answered, "arp_answered", "ARP for an address that the dataplane answers for", "none"},
    {RouteConsumed::nd_answered, "nd_answered", "ND for an address that the dataplane answers for", "none"},
}};
static_assert(rows_match_enum(route_consumed));

} // namespace sluice::ip
