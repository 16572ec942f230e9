#include "pipelines/dispatch.hpp"

#include "dataplane/burst/observer.hpp"
#include "dataplane/burst/outer_header.hpp"
#include "pipelines/gtpu/gtpu.hpp"
#include "pipelines/ip/transmit.hpp"
#include "pipelines/vxlan/vxlan.hpp"

namespace sluice {
namespace {

wire::Be16 ether_type(bool is_v4)
{
    return is_v4 ? V4::ether_type : V6::ether_type;
}

} // namespace

template<class Family>
Verdict Forwarder::find_way(Packet& packet, const Target<Family>& target, ip::Way& way) noexcept
{
    std::atomic<std::uint64_t>* cache =
        target.entry == table::none ? nullptr : &worker_.sessions.of<Family>().entry(target.entry).next_hop;
    const std::uint64_t known = cache == nullptr ? 0 : cache->load(std::memory_order_relaxed);
    auto hop = static_cast<std::uint32_t>(known);
    const std::uint32_t epoch = tables_.network_epochs[target.network];
    if (table::epoch_of_hop(known) != epoch) {
        bool unreachable = false;
        hop = ip::find_hop<Family>(tables_, target.network, target.address, packet.hash, unreachable);
        if (hop == table::none && context_.observer != nullptr)
            context_.observer->routed(target.network, Family::value(target.address), hop, nullptr, nullptr);
        if (unreachable) return Verdict::answer(ip::RouteDrop::unreachable, Problem::host_unreachable);
        if (hop == table::none) return Verdict::answer(ip::RouteDrop::no_route, Problem::no_route);
        if (cache != nullptr) cache->store(table::remembered_hop(epoch, hop), std::memory_order_relaxed);
    }
    const ip::Reach reach = ip::follow<Family>(tables_, hop, target.address, packet.hash, way);
    if (context_.observer != nullptr)
        context_.observer->routed(target.network, Family::value(target.address), hop, way.tunnel, way.adjacency);
    switch (reach) {
    case ip::Reach::ready:
        return Verdict::next();
    case ip::Reach::wanting:
        hold(packet, way);
        return Verdict::gone();
    case ip::Reach::unreachable:
        return Verdict::answer(ip::RouteDrop::unreachable, Problem::host_unreachable);
    case ip::Reach::no_route:
        break;
    }
    return Verdict::answer(ip::RouteDrop::no_route, Problem::no_route);
}

Verdict Forwarder::send(Packet& packet, const ip::Way& way) noexcept
{
    worker_.traffic.network(packet.network).sent(packet.l3_length);
    if (way.tunnel == nullptr) return ip::transmit(context_, packet, *way.adjacency, ether_type(packet.family == 4));
    const table::Tunnel& tunnel = *way.tunnel;
    const auto header = way.exit->tunnel_header();
    const Verdict wrapped = tunnel.kind == table::Tunnel::Kind::vxlan ? vxlan::encapsulate(packet, header, packet.hash)
                                                                      : gtpu::encapsulate(packet, header);
    if (!wrapped.goes_on()) return wrapped;
    if (context_.observer != nullptr) context_.observer->encapsulated(packet, tunnel, way.exit->mtu);
    worker_.traffic.tunnel(way.exit->counter).sent(packet.l3_length);
    return ip::transmit(context_, packet, *way.adjacency, ether_type(is_outer_v4(header)));
}

void Forwarder::hold(Packet& packet, const ip::Way& way) noexcept
{
    if (context_.observer != nullptr) context_.observer->waits_for(way.wanted_interface, way.wanted);
    const ip::Hold::Held held = worker_.hold.add(packet, {way.wanted_interface, way.wanted}, context_.now);
    if (!held.taken) return drop(packet, flat_reason(ip::RouteDrop::hold_full));
    context_.ledger.hold();
    if (held.ask) {
        const std::string address = way.wanted.packed();
        context_.outlets.want_neighbor(way.wanted_interface, reinterpret_cast<const std::uint8_t*>(address.data()),
                                       static_cast<unsigned>(address.size()));
    }
    if (!held.pushed) return;
    Packet oldest = *held.pushed;
    context_.ledger.unhold();
    drop(oldest, flat_reason(ip::RouteDrop::neighbor_queue_full));
}

template Verdict Forwarder::find_way<V4>(Packet&, const Target<V4>&, ip::Way&) noexcept;
template Verdict Forwarder::find_way<V6>(Packet&, const Target<V6>&, ip::Way&) noexcept;

} // namespace sluice
