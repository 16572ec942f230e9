// How packets end: counted once, recorded when they die, answered where their sender must know.
#include "dataplane/burst/observer.hpp"
#include "dataplane/wire/ethernet.hpp"
#include "pipelines/forwarder.hpp"
#include "pipelines/ip/drops.hpp"
#include "pipelines/ip/icmp_error.hpp"
#include "pipelines/vxlan/vxlan.hpp"

#include <cstring>

namespace sluice {
namespace {

// The node's address in the network where the packet was met: the sender's traceroute shows it.
V4::Address error_source(V4, const table::Snapshot& tables, const Packet& packet)
{
    const table::Interface& interface = tables.interfaces[packet.interface];
    Ipv4Address address = packet.network == interface.network && !packet.from_tunnel
                              ? interface.address4
                              : tables.networks[packet.network].address4;
    if (address == Ipv4Address{}) address = tables.settings.router_id;
    return wire::Be32{address.value}.raw();
}

V6::Address error_source(V6, const table::Snapshot& tables, const Packet& packet)
{
    const table::Interface& interface = tables.interfaces[packet.interface];
    const bool on_wire = packet.network == interface.network && !packet.from_tunnel;
    return on_wire ? interface.address6.bytes : tables.networks[packet.network].address6.bytes;
}

// The kernel's TAP knows no tags: its interface is the VLAN.
void remove_tag(rte_mbuf& frame)
{
    char* front = rte_pktmbuf_mtod(&frame, char*);
    if (reinterpret_cast<wire::Ethernet*>(front)->type != wire::EtherType::vlan) return;
    std::memmove(front + sizeof(wire::Vlan), front, 2 * sizeof(wire::MacBytes));
    rte_pktmbuf_adj(&frame, sizeof(wire::Vlan));
}

} // namespace

void Forwarder::settle(Packet& packet, const Verdict& verdict) noexcept
{
    if (context_.observer != nullptr) context_.observer->ended(packet, verdict);
    switch (verdict.fate) {
    case Verdict::Fate::answer:
        if (packet.family == V4::family)
            answer<V4>(packet, verdict);
        else
            answer<V6>(packet, verdict);
        return drop(packet, verdict.reason);
    case Verdict::Fate::drop:
        return drop(packet, verdict.reason);
    case Verdict::Fate::consume:
        context_.ledger.consume(verdict.reason);
        rte_pktmbuf_free(packet.mbuf);
        return;
    case Verdict::Fate::punt:
        return punt(packet, verdict.punt_class);
    case Verdict::Fate::next:
    case Verdict::Fate::hold:
    case Verdict::Fate::gone:
        return;
    }
}

void Forwarder::drop(Packet& packet, std::uint8_t reason) noexcept
{
    context_.last_drops.record(context_.now, reason, packet.interface, *packet.mbuf, packet.frame_offset);
    context_.ledger.drop(reason);
    rte_pktmbuf_free(packet.mbuf);
}

void Forwarder::punt(Packet& packet, PuntClass punt_class) noexcept
{
    const std::uint32_t inner = packet.frame_offset;
    rte_pktmbuf_prepend(packet.mbuf, packet.frame_offset); // the frame's own bytes: there is room
    packet.frame_offset = 0;
    if (packet.from_tunnel) vxlan::fit_outer(*packet.mbuf, inner); // to a gateway: the kernel opens it
    remove_tag(*packet.mbuf);
    if (!context_.outlets.punt(packet.interface, punt_class, packet.mbuf))
        return drop(packet, flat_reason(ip::RouteDrop::punt_refused));
    context_.ledger.punt();
}

// No error about what the node made itself, or about what forbids one; and no more than the limit.
template<class Family>
void Forwarder::answer(const Packet& packet, const Verdict& verdict) noexcept
{
    if (packet.originated || !ip::may_answer<Family>(packet)) return;
    const auto source = error_source(Family{}, tables_, packet);
    if (source == typename Family::Address{} || !worker_.errors.allows(context_.now)) return;
    rte_mbuf* mbuf = ip::make_error<Family>(packet, verdict.problem, verdict.mtu, source, context_.pool);
    if (mbuf == nullptr) return;
    context_.ledger.originate();
    Packet error;
    error.mbuf = mbuf;
    error.interface = packet.interface;
    error.network = packet.network;
    error.family = Family::family;
    error.l3_length = static_cast<std::uint16_t>(mbuf->pkt_len);
    error.l4 = sizeof(typename Family::Header);
    error.protocol = Family::icmp;
    error.icmp_error = true;
    error.originated = true;
    error.hash = packet.hash;
    forward(error);
}

} // namespace sluice
