#include "pipelines/translate/rewrite.hpp"

#include <span>

#include "dataplane/wire/tcp.hpp"
#include "dataplane/wire/udp.hpp"

namespace sluice::translate {
namespace {

void replace(wire::Be16& field, std::uint16_t raw, wire::Delta& delta)
{
    const wire::Be16 after = wire::Be16::from_raw(raw);
    delta.replace(field, after);
    field = after;
}

template<class Family>
wire::Delta rewrite_addresses(Packet& packet, const TranslationOf<Family>& action)
{
    auto& ip = ip_header<Family>(packet);
    wire::Delta delta;
    if (action.has(action.rewrites_source)) Family::set_source(ip, action.new_source, delta);
    if (action.has(action.rewrites_destination)) Family::set_destination(ip, action.new_destination, delta);
    Family::adjust_header(ip, delta);
    return delta;
}

// TCP and UDP sum over the addresses too (the pseudo-header); of ICMP only ICMPv6 does.
template<class Family>
void rewrite_transport(Packet& packet, const TranslationOf<Family>& action, wire::Delta addresses)
{
    switch (packet.protocol) {
    case wire::IpProtocol::tcp: {
        auto* tcp = packet.at<wire::Tcp>(packet.l4);
        replace(tcp->source, action.new_source_port, addresses);
        replace(tcp->destination, action.new_destination_port, addresses);
        addresses.apply(tcp->checksum);
        break;
    }
    case wire::IpProtocol::udp: {
        auto* udp = packet.at<wire::Udp>(packet.l4);
        replace(udp->source, action.new_source_port, addresses);
        replace(udp->destination, action.new_destination_port, addresses);
        addresses.apply_udp(udp->checksum);
        break;
    }
    case Family::icmp: {
        auto* icmp = packet.at<wire::IcmpEcho>(packet.l4);
        wire::Delta delta;
        if constexpr (Family::family == V6::family) delta = addresses;
        const bool request = icmp->type == Family::Icmp::echo_request;
        if (packet.has_ports)
            replace(icmp->identifier, request ? action.new_source_port : action.new_destination_port, delta);
        delta.apply(icmp->checksum);
        break;
    }
    default:
        break;
    }
}

} // namespace

template<class Family>
void rewrite(Packet& packet, const TranslationOf<Family>& action) noexcept
{
    if (action.rewrites()) {
        const wire::Delta addresses = rewrite_addresses<Family>(packet, action);
        if (!packet.later_fragment) rewrite_transport<Family>(packet, action, addresses);
    }
    packet.source_port = action.new_source_port;
    packet.destination_port = action.new_destination_port;
    packet.network = action.out_network;
}

template<class Family>
void clamp_mss(wire::Tcp& tcp, std::uint16_t mtu) noexcept
{
    constexpr std::size_t headers = sizeof(typename Family::Header) + wire::Tcp::min_header_length;
    if ((tcp.flags & wire::Tcp::syn) == 0 || mtu <= headers) return;
    auto* options = reinterpret_cast<std::uint8_t*>(&tcp + 1);
    auto* offered = wire::find_mss(std::span(options, tcp.data_offset() - sizeof tcp));
    const wire::Be16 most{static_cast<std::uint16_t>(mtu - headers)};
    if (offered == nullptr || offered->value.host() <= most.host()) return;
    const auto offset =
        reinterpret_cast<const std::uint8_t*>(&offered->value) - reinterpret_cast<const std::uint8_t*>(&tcp);
    wire::Delta delta;
    delta.replace_at(static_cast<std::size_t>(offset), offered->value, most);
    offered->value = most;
    delta.apply(tcp.checksum);
}

template void rewrite<V4>(Packet&, const TranslationOf<V4>&) noexcept;
template void rewrite<V6>(Packet&, const TranslationOf<V6>&) noexcept;
template void clamp_mss<V4>(wire::Tcp&, std::uint16_t) noexcept;
template void clamp_mss<V6>(wire::Tcp&, std::uint16_t) noexcept;

} // namespace sluice::translate
