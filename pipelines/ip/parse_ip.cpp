// IP and the head of the transport. RFC 1812 section 5.2.2, RFC 8200 sections 3 and 4, RFC 9293, RFC 768, RFC 792.
#include <span>

#include "dataplane/burst/family.hpp"
#include "dataplane/burst/writable.hpp"
#include "dataplane/wire/checksum.hpp"
#include "dataplane/wire/ipv6_extension.hpp"
#include "dataplane/wire/tcp.hpp"
#include "dataplane/wire/udp.hpp"
#include "pipelines/ip/drops.hpp"
#include "pipelines/ip/parse.hpp"

namespace sluice::ip {
namespace {

std::span<const std::uint8_t> bytes_at(const rte_mbuf& mbuf, std::uint32_t from, std::uint32_t to)
{
    const std::uint32_t end = std::min<std::uint32_t>(to, mbuf.data_len);
    const auto* start = rte_pktmbuf_mtod(&mbuf, const std::uint8_t*);
    return from < end ? std::span(start + from, end - from) : std::span<const std::uint8_t>{};
}

template<class Family>
Verdict check_addresses(const typename Family::Header& ip)
{
    if (Family::is_unusable_source(Family::source(ip))) return Verdict::drop(ParseDrop::source_invalid);
    if (Family::is_unusable_destination(Family::destination(ip))) return Verdict::drop(ParseDrop::destination_invalid);
    return Verdict::next();
}

// `start` of the fragment in the packet it was cut from, `length` of its payload. Whoever puts that together again
// would write behind his buffer, or never finish (RFC 791 section 3.2, RFC 8200 section 4.5).
Verdict check_fragment(std::size_t start, std::size_t length, bool more)
{
    const bool ends_too_far = start + length > 0xFFFF;
    const bool leaves_gap = more && (length == 0 || length % 8 != 0);
    return ends_too_far || leaves_gap ? Verdict::drop(ParseDrop::fragment_malformed) : Verdict::next();
}

Verdict parse_header(Packet& packet, const wire::Ipv4& ip)
{
    if (ip.version() != 4) return Verdict::drop(ParseDrop::ip_version);
    const std::size_t header = ip.header_length();
    const std::uint16_t total = ip.total_length.host();
    if (header < wire::Ipv4::min_header_length || header > total) return Verdict::drop(ParseDrop::ip_header_length);
    if (total > packet.mbuf->pkt_len) return Verdict::drop(ParseDrop::ip_total_length);
    if (header > packet.mbuf->data_len) return Verdict::drop(ParseDrop::truncated);
    const std::uint64_t verified = packet.mbuf->ol_flags & RTE_MBUF_F_RX_IP_CKSUM_MASK;
    const bool good = verified == RTE_MBUF_F_RX_IP_CKSUM_GOOD && !packet.from_tunnel;
    if (!good && !wire::is_intact(wire::sum(bytes_at(*packet.mbuf, 0, static_cast<std::uint32_t>(header)))))
        return Verdict::drop(ParseDrop::ip_checksum);
    if (header > sizeof ip &&
        !wire::are_ipv4_options(bytes_at(*packet.mbuf, sizeof ip, static_cast<std::uint32_t>(header))))
        return Verdict::drop(ParseDrop::ip_options);
    packet.l3_length = total;
    packet.l4 = static_cast<std::uint16_t>(header);
    packet.protocol = ip.protocol;
    packet.fragment = ip.is_fragment();
    packet.later_fragment = ip.fragment_offset() != 0;
    if (packet.fragment) {
        const Verdict verdict = check_fragment(header + ip.fragment_offset(), total - header, ip.more_fragments());
        if (!verdict.goes_on()) return verdict;
    }
    return check_addresses<V4>(ip);
}

Verdict parse_header(Packet& packet, const wire::Ipv6& ip)
{
    if (ip.version() != 6) return Verdict::drop(ParseDrop::ip_version);
    const std::uint32_t total = sizeof(wire::Ipv6) + ip.payload_length.host();
    if (total > packet.mbuf->pkt_len || total > 0xFFFF) return Verdict::drop(ParseDrop::ip_total_length);
    const auto upper = wire::skip_extensions(ip.next_header, bytes_at(*packet.mbuf, sizeof(wire::Ipv6), total));
    if (!upper) return Verdict::drop(ParseDrop::extension_malformed);
    packet.l3_length = static_cast<std::uint16_t>(total);
    packet.l4 = static_cast<std::uint16_t>(sizeof(wire::Ipv6) + upper->offset);
    // With segments left it is on its way to somewhere else, and so is what follows (RFC 8200 section 4.4).
    packet.protocol = upper->segments_left == 0 ? upper->protocol : wire::IpProtocol::routing;
    packet.fragment = upper->is_fragment();
    packet.later_fragment = upper->fragment_offset != 0;
    if (packet.fragment) {
        const std::size_t start = upper->fragment_header + std::size_t{upper->fragment_offset};
        const std::size_t behind = sizeof ip + upper->fragment_header + sizeof(wire::Ipv6Fragment);
        const Verdict verdict = check_fragment(start, total - behind, upper->more_fragments);
        if (!verdict.goes_on()) return verdict;
    }
    return check_addresses<V6>(ip);
}

void set_ports(Packet& packet, wire::Be16 source, wire::Be16 destination)
{
    packet.source_port = source.raw();
    packet.destination_port = destination.raw();
    packet.has_ports = true;
}

Verdict parse_tcp(Packet& packet, std::uint16_t room)
{
    const auto* tcp = packet.at<wire::Tcp>(packet.l4);
    if (tcp == nullptr || room < sizeof(wire::Tcp)) return Verdict::drop(ParseDrop::tcp_malformed);
    const std::size_t header = tcp->data_offset();
    if (header < wire::Tcp::min_header_length || header > room || packet.l4 + header > packet.mbuf->data_len)
        return Verdict::drop(ParseDrop::tcp_malformed);
    set_ports(packet, tcp->source, tcp->destination);
    return Verdict::next();
}

Verdict parse_udp(Packet& packet, std::uint16_t room)
{
    const auto* udp = packet.at<wire::Udp>(packet.l4);
    if (udp == nullptr || room < sizeof(wire::Udp)) return Verdict::drop(ParseDrop::udp_malformed);
    const std::uint16_t length = udp->length.host();
    if (length < sizeof(wire::Udp) || (length > room && !packet.fragment))
        return Verdict::drop(ParseDrop::udp_malformed);
    set_ports(packet, udp->source, udp->destination);
    return Verdict::next();
}

// An echo's identifier stands where its sender's port would: a request and its reply then mirror each other.
template<class Family>
Verdict parse_icmp(Packet& packet, std::uint16_t room)
{
    const auto* icmp = packet.at<wire::IcmpEcho>(packet.l4);
    if (icmp == nullptr || room < sizeof(wire::IcmpEcho)) return Verdict::drop(ParseDrop::icmp_malformed);
    packet.icmp_error = Family::Icmp::is_error(icmp->type);
    if (icmp->type == Family::Icmp::echo_request) set_ports(packet, icmp->identifier, wire::Be16{0});
    if (icmp->type == Family::Icmp::echo_reply) set_ports(packet, wire::Be16{0}, icmp->identifier);
    return Verdict::next();
}

template<class Family>
Verdict parse_family(Packet& packet)
{
    const auto* ip = packet.at<typename Family::Header>(0);
    if (ip == nullptr) return Verdict::drop(ParseDrop::truncated);
    if (const Verdict verdict = parse_header(packet, *ip); !verdict.goes_on()) return verdict;
    trim_to(packet.mbuf, packet.l3_length);
    if (packet.later_fragment) return Verdict::next();
    const auto room = static_cast<std::uint16_t>(packet.l3_length - packet.l4);
    switch (packet.protocol) {
    case wire::IpProtocol::tcp:
        return parse_tcp(packet, room);
    case wire::IpProtocol::udp:
        return parse_udp(packet, room);
    case Family::icmp:
        return parse_icmp<Family>(packet, room);
    default:
        return Verdict::next();
    }
}

} // namespace

Verdict parse_ip(Packet& packet) noexcept
{
    packet.has_ports = packet.icmp_error = false; // an outer packet's, when this is the inner one
    packet.source_port = packet.destination_port = 0;
    return packet.family == 4 ? parse_family<V4>(packet) : parse_family<V6>(packet);
}

} // namespace sluice::ip
