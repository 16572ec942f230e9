#include "pipelines/translate/quoted_transport.hpp"

#include <algorithm>
#include <span>

#include "dataplane/wire/ipv6_extension.hpp"
#include "dataplane/wire/tcp.hpp"
#include "dataplane/wire/udp.hpp"

namespace sluice::translate {
namespace {

constexpr std::size_t always_quoted = 8;

struct Ports {
    std::uint16_t source;
    std::uint16_t destination;
};

template<class Family>
std::optional<Ports> ports_of(const Packet& packet, std::uint16_t at, std::uint8_t protocol)
{
    if (at + always_quoted > packet.l3_length) return std::nullopt;
    const auto* echo = packet.at<wire::IcmpEcho>(at);
    if (echo == nullptr) return std::nullopt;
    if (protocol == wire::IpProtocol::tcp || protocol == wire::IpProtocol::udp) {
        const auto* udp = packet.at<wire::Udp>(at); // TCP's ports lie in the same place
        return Ports{udp->source.raw(), udp->destination.raw()};
    }
    if (protocol != Family::icmp) return std::nullopt;
    if (echo->type == Family::Icmp::echo_request) return Ports{echo->identifier.raw(), 0};
    if (echo->type == Family::Icmp::echo_reply) return Ports{0, echo->identifier.raw()};
    return std::nullopt;
}

template<class Family>
std::optional<QuotedTransport> with_ports(const Packet& packet, std::size_t at, std::uint8_t protocol)
{
    const auto place = static_cast<std::uint16_t>(at);
    const auto ports = ports_of<Family>(packet, place, protocol);
    if (!ports) return std::nullopt;
    return QuotedTransport{place, ports->source, ports->destination, protocol};
}

// Replaces a field and notes the change where it counts.
void replace(wire::Be16& field, std::uint16_t raw, wire::Delta& own, wire::Delta& message)
{
    const wire::Be16 after = wire::Be16::from_raw(raw);
    own.replace(field, after);
    message.replace(field, after);
    field = after;
}

void follow(wire::Be16& checksum, const wire::Delta& delta, wire::Delta& message, bool is_udp)
{
    const wire::Be16 before = checksum;
    if (is_udp)
        delta.apply_udp(checksum);
    else
        delta.apply(checksum);
    message.replace(before, checksum);
}

} // namespace

std::optional<QuotedTransport> find_quoted_transport(const Packet& packet, const wire::Ipv4& ip,
                                                     std::uint16_t ip_at) noexcept
{
    if (ip.version() != 4 || ip.header_length() < wire::Ipv4::min_header_length || ip.fragment_offset() != 0)
        return std::nullopt;
    return with_ports<V4>(packet, ip_at + ip.header_length(), ip.protocol);
}

std::optional<QuotedTransport> find_quoted_transport(const Packet& packet, const wire::Ipv6& ip,
                                                     std::uint16_t ip_at) noexcept
{
    if (ip.version() != 6) return std::nullopt;
    const std::size_t start = ip_at + sizeof ip;
    const std::size_t end = std::min<std::size_t>(packet.l3_length, packet.mbuf->data_len);
    if (start >= end) return std::nullopt;
    const auto* bytes = rte_pktmbuf_mtod_offset(packet.mbuf, const std::uint8_t*, start);
    const auto upper = wire::skip_extensions(ip.next_header, std::span(bytes, end - start));
    if (!upper || upper->fragment_offset != 0) return std::nullopt;
    return with_ports<V6>(packet, start + upper->offset, upper->protocol);
}

template<class Family>
void rewrite_quoted_transport(Packet& packet, const QuotedTransport& to, const wire::Delta& addresses,
                              wire::Delta& message) noexcept
{
    wire::Delta delta = addresses;
    if (to.protocol == Family::icmp) {
        auto* icmp = packet.at<wire::IcmpEcho>(to.at);
        if constexpr (Family::family == V4::family) delta = {}; // no pseudo-header
        const bool request = icmp->type == Family::Icmp::echo_request;
        replace(icmp->identifier, request ? to.source_port : to.destination_port, delta, message);
        follow(icmp->checksum, delta, message, false);
        return;
    }
    auto* udp = packet.at<wire::Udp>(to.at); // TCP's ports lie in the same place
    replace(udp->source, to.source_port, delta, message);
    replace(udp->destination, to.destination_port, delta, message);
    if (to.protocol == wire::IpProtocol::udp) {
        follow(udp->checksum, delta, message, true);
    } else if (auto* tcp = packet.at<wire::Tcp>(to.at); tcp != nullptr && to.at + sizeof *tcp <= packet.l3_length) {
        follow(tcp->checksum, delta, message, false);
    }
}

template void rewrite_quoted_transport<V4>(Packet&, const QuotedTransport&, const wire::Delta&, wire::Delta&) noexcept;
template void rewrite_quoted_transport<V6>(Packet&, const QuotedTransport&, const wire::Delta&, wire::Delta&) noexcept;

} // namespace sluice::translate
