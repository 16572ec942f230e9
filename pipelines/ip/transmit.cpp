#include "pipelines/ip/transmit.hpp"

#include "dataplane/burst/observer.hpp"
#include "dataplane/wire/ethernet.hpp"
#include "pipelines/ip/drops.hpp"

namespace sluice::ip {

Verdict transmit(BurstContext& context, Packet& packet, const table::Adjacency& to, wire::Be16 type) noexcept
{
    const table::Interface& out = context.tables.interfaces[to.interface];
    const bool tagged = out.vlan != wire::Vlan::priority_tag;
    const auto length = static_cast<std::uint16_t>(sizeof(wire::Ethernet) + (tagged ? sizeof(wire::Vlan) : 0));
    char* front = rte_pktmbuf_prepend(packet.mbuf, length);
    if (front == nullptr) return Verdict::drop(RouteDrop::no_headroom);
    auto* ethernet = reinterpret_cast<wire::Ethernet*>(front);
    *ethernet = {to.destination.bytes, out.mac.bytes, tagged ? wire::EtherType::vlan : type};
    if (tagged) *reinterpret_cast<wire::Vlan*>(ethernet + 1) = {wire::Be16{out.vlan}, type};
    if (context.observer != nullptr) context.observer->transmitted(packet, to);
    context.departures.add(out.port, out.id, packet.mbuf);
    return Verdict::gone();
}

void address_back(const table::Snapshot& tables, Packet& packet) noexcept
{
    auto* ethernet = packet.at<wire::Ethernet>(0);
    ethernet->destination = ethernet->source;
    ethernet->source = tables.interfaces[packet.interface].mac.bytes;
}

Verdict send_back(BurstContext& context, Packet& packet) noexcept
{
    const table::Interface& interface = context.tables.interfaces[packet.interface];
    context.departures.add(interface.port, interface.id, packet.mbuf);
    return Verdict::gone();
}

} // namespace sluice::ip
