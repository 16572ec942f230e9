#include "pipelines/arrival.hpp"

#include "dataplane/burst/family.hpp"
#include "dataplane/burst/outer_header.hpp"
#include "dataplane/burst/writable.hpp"
#include "dataplane/wire/gtpu.hpp"
#include "pipelines/gtpu/drops.hpp"
#include "pipelines/gtpu/gtpu.hpp"
#include "pipelines/ip/discovery.hpp"
#include "pipelines/ip/drops.hpp"
#include "pipelines/ip/neighbor.hpp"
#include "pipelines/ip/parse.hpp"
#include "pipelines/ip/transmit.hpp"
#include "pipelines/ip/way.hpp"
#include "pipelines/punt_class.hpp"
#include "pipelines/vxlan/vxlan.hpp"

namespace sluice {
namespace {

bool is_multicast(const Packet& packet)
{
    return packet.family == V4::family ? V4::is_multicast(V4::destination(ip_header<V4>(packet)))
                                       : V6::is_multicast(V6::destination(ip_header<V6>(packet)));
}

// 224.0.0.0/24 (RFC 5771 section 4), ff02::/16 and fe80::/10 (RFC 4291): never beyond the link, so the kernel's.
bool is_link_local(const Packet& packet)
{
    if (packet.family == V4::family) return ip_header<V4>(packet).destination.host() >> 8 == 0xE00000;
    const auto destination = ip_header<V6>(packet).destination;
    const bool unicast = destination[0] == 0xFE && (destination[1] & 0xC0) == 0x80;
    const bool group = destination[0] == 0xFF && (destination[1] & 0x0F) == 0x02;
    return unicast || group;
}

// Only duplicate address detection may have no source, and that never leaves the link (RFC 4291 section 2.5.2).
bool has_no_source(const Packet& packet)
{
    return packet.family == V6::family && ip_header<V6>(packet).source == wire::Ipv6Bytes{};
}

bool is_to(const Packet& packet, const IpAddress& address)
{
    if (packet.family == V4::family)
        return address.is_v4() && V4::destination(ip_header<V4>(packet)) == V4::raw(address);
    return !address.is_v4() && V6::destination(ip_header<V6>(packet)) == V6::raw(address);
}

// The frame as it was received, back in front.
void put_frame_back(Packet& packet)
{
    rte_pktmbuf_prepend(packet.mbuf, packet.frame_offset); // its own bytes: there is room
    packet.frame_offset = 0;
}

} // namespace

Verdict Arrival::take(Packet& packet, std::uint16_t port) noexcept
{
    rte_mbuf* writable = make_writable(packet.mbuf, context_.pool);
    if (writable == nullptr) return Verdict::drop(ip::ParseDrop::no_buffer);
    packet.mbuf = writable;
    const std::uint32_t length = writable->pkt_len;
    const ip::FrameVerdict frame = ip::parse_frame(packet, tables_, port);
    if (!frame.verdict.goes_on()) return frame.verdict;
    traffic_.interface(packet.interface).received(length);
    if (frame.carries == ip::Carries::arp) return arp_on_wire(packet);

    if (const Verdict verdict = ip::parse_ip(packet); !verdict.goes_on()) return verdict;
    if (frame.link_multicast || is_multicast(packet) || is_link_local(packet) || ip::is_discovery(packet))
        return on_the_link(packet);
    if (has_no_source(packet)) return Verdict::drop(ip::ParseDrop::source_invalid);
    return to_tunnel(packet);
}

// To one of our tunnel endpoints, out of the tunnel; everything else stays as it is.
Verdict Arrival::to_tunnel(Packet& packet) noexcept
{
    const table::Settings& settings = tables_.settings;
    const table::Interface& interface = tables_.interfaces[packet.interface];
    if (packet.protocol == wire::IpProtocol::udp && packet.has_ports && packet.network == table::public_network) {
        if (settings.has_vtep && packet.destination_port == wire::Be16{settings.vxlan_port}.raw() &&
            is_to(packet, settings.vtep)) {
            if (!interface.terminates_vxlan) return Verdict::drop(ip::RouteDrop::tunnel_not_allowed_here);
            return from_vxlan(packet);
        }
        if (settings.has_gtpu_endpoint && packet.destination_port == wire::Gtpu::port.raw() &&
            is_to(packet, settings.gtpu_endpoint)) {
            if (!interface.terminates_gtpu) return Verdict::drop(ip::RouteDrop::tunnel_not_allowed_here);
            return from_gtpu(packet);
        }
    }
    traffic_.network(packet.network).received(packet.l3_length);
    return Verdict::next();
}

Verdict Arrival::from_vxlan(Packet& packet) noexcept
{
    const vxlan::Opened opened = vxlan::open(packet, tables_);
    if (!opened.verdict.goes_on()) return opened.verdict;
    if (opened.arp) return arp_in_tunnel(packet);
    if (const Verdict verdict = inner(packet); !verdict.goes_on()) return verdict;
    count_sender(packet);
    return Verdict::next();
}

Verdict Arrival::from_gtpu(Packet& packet) noexcept
{
    const gtpu::Opened opened = gtpu::open(packet, tables_);
    if (!opened.verdict.goes_on()) return opened.verdict;
    if (opened.message == gtpu::Message::reply) {
        context_.ledger.consume(flat_reason(gtpu::Consumed::echo_answered));
        context_.ledger.originate();
        packet.originated = true;
        return Verdict::next();
    }
    if (const Verdict verdict = inner(packet); !verdict.goes_on()) return verdict;
    if (packet.originated) return Verdict::next();
    if (const Verdict verdict = gtpu::check_source(packet, tables_); !verdict.goes_on()) return verdict;
    if (const auto* terminus = tables_.teids.find(packet.peer_tunnel))
        traffic_.tunnel(terminus->counter).received(packet.l3_length);
    return Verdict::next();
}

// The packet inside a tunnel, parsed; multicast ends here.
Verdict Arrival::inner(Packet& packet) noexcept
{
    if (const Verdict verdict = ip::parse_ip(packet); !verdict.goes_on()) return verdict;
    traffic_.network(packet.network).received(packet.l3_length);
    if (ip::is_discovery(packet)) return discovery_in_tunnel(packet);
    if (is_multicast(packet) || is_link_local(packet)) return Verdict::drop(ip::ParseDrop::multicast);
    if (has_no_source(packet)) return Verdict::drop(ip::ParseDrop::source_invalid);
    return Verdict::next();
}

// A VXLAN packet does not name the machine it comes from; the way back to its source does.
void Arrival::count_sender(const Packet& packet) noexcept
{
    bool unreachable = false;
    const std::uint32_t hop =
        packet.family == V4::family
            ? ip::find_hop<V4>(tables_, packet.network, V4::source(ip_header<V4>(packet)), 0, unreachable)
            : ip::find_hop<V6>(tables_, packet.network, V6::source(ip_header<V6>(packet)), 0, unreachable);
    if (hop == table::none || tables_.hops[hop].kind != table::Hop::Kind::vxlan) return;
    traffic_.tunnel(tables_.exits[hop].counter).received(packet.l3_length);
}

Verdict Arrival::on_the_link(Packet& packet) noexcept
{
    traffic_.network(packet.network).received(packet.l3_length);
    if (ip::is_discovery(packet)) return discovery_on_wire(packet);
    return is_link_local(packet) ? Verdict::punt(punt_class(packet)) : Verdict::drop(ip::ParseDrop::multicast);
}

Verdict Arrival::arp_on_wire(Packet& packet) noexcept
{
    const ip::ArpQuestion question = ip::read_arp(packet);
    if (!question.verdict.goes_on()) return question.verdict;
    if (!question.is_request || !ip::answers_on_wire(tables_, packet.interface, question.target))
        return Verdict::punt(PuntClass::neighbor);
    ip::turn_into_arp_reply(packet, tables_.interfaces[packet.interface].mac);
    context_.ledger.consume(flat_reason(ip::RouteConsumed::arp_answered));
    context_.ledger.originate();
    return ip::send_back(context_, packet);
}

// The asker is found by his address: he lives behind the tunnel that leads to it.
Verdict Arrival::arp_in_tunnel(Packet& packet) noexcept
{
    const ip::ArpQuestion question = ip::read_arp(packet);
    if (!question.verdict.goes_on()) return question.verdict;
    if (!question.is_request || !ip::answers_in_network(tables_, packet.network, question.target))
        return Verdict::drop(ip::RouteDrop::arp_unanswered);
    bool unreachable = false;
    const V4::Address asker = V4::raw(IpAddress(question.sender));
    const std::uint32_t hop = ip::find_hop<V4>(tables_, packet.network, asker, asker, unreachable);
    ip::Way way;
    if (hop == table::none || ip::follow<V4>(tables_, hop, asker, asker, way) != ip::Reach::ready ||
        way.tunnel == nullptr || way.tunnel->kind != table::Tunnel::Kind::vxlan)
        return Verdict::drop(ip::RouteDrop::arp_unanswered);
    ip::turn_into_arp_reply(packet, tables_.settings.gateway_mac);
    context_.ledger.consume(flat_reason(ip::RouteConsumed::arp_answered));
    context_.ledger.originate();
    packet.originated = true;
    const auto header = way.exit->tunnel_header();
    if (const Verdict verdict = vxlan::encapsulate_frame(packet, header, asker); !verdict.goes_on()) return verdict;
    return ip::transmit(context_, packet, *way.adjacency, is_outer_v4(header) ? V4::ether_type : V6::ether_type);
}

Verdict Arrival::discovery_on_wire(Packet& packet) noexcept
{
    const ip::Discovery question = ip::read_discovery(packet);
    if (!question.verdict.goes_on()) return question.verdict;
    if (!question.is_solicitation || !ip::answers_on_wire(tables_, packet.interface, question.target))
        return Verdict::punt(PuntClass::neighbor);
    if (!ip::turn_into_advertisement(packet, tables_.interfaces[packet.interface].mac))
        return Verdict::drop(ip::ParseDrop::no_buffer);
    context_.ledger.consume(flat_reason(ip::RouteConsumed::nd_answered));
    context_.ledger.originate();
    put_frame_back(packet);
    ip::address_back(tables_, packet);
    return ip::send_back(context_, packet);
}

Verdict Arrival::discovery_in_tunnel(Packet& packet) noexcept
{
    const ip::Discovery question = ip::read_discovery(packet);
    if (!question.verdict.goes_on()) return question.verdict;
    if (!question.is_solicitation || !ip::answers_in_network(tables_, packet.network, question.target) ||
        has_no_source(packet))
        return Verdict::drop(ip::RouteDrop::arp_unanswered);
    if (!ip::turn_into_advertisement(packet, tables_.settings.gateway_mac))
        return Verdict::drop(ip::ParseDrop::no_buffer);
    context_.ledger.consume(flat_reason(ip::RouteConsumed::nd_answered));
    context_.ledger.originate();
    packet.originated = true;
    return Verdict::next();
}

} // namespace sluice
