// Neighbours: static ones, then what the kernel resolved; and which next hops somebody has to ask for.
#include "control/desired/builder.hpp"

namespace sluice::control {
namespace {

api::Object neighbor_of(std::uint32_t interface, const IpAddress& address, const MacAddress& mac,
                        const std::string& source)
{
    api::Object object;
    api::Neighbor& neighbor = *object.mutable_neighbor();
    neighbor.set_interface(interface);
    neighbor.set_address(address.packed());
    neighbor.set_mac(packed(mac));
    neighbor.set_source(source);
    return object;
}

void want(Builder& builder, std::uint32_t interface, const std::string& packed_address)
{
    const auto& entries = builder.interfaces.entries();
    const auto address = IpAddress::unpack(packed_address);
    if (!address || interface >= entries.size()) return;
    const auto known = builder.out.objects.find(object_key(neighbor_of(interface, *address, {}, {})));
    if (known != builder.out.objects.end() && known->second.neighbor().source() == "static") return;
    builder.out.next_hops.insert({entries[interface].name, *address});
}

// A tunnel's remote end is a neighbour only if it is on-link; else its route's gateway is, and that is wanted anyway.
void want_on_link(Builder& builder, const std::string& packed_address)
{
    const auto address = IpAddress::unpack(packed_address);
    const auto interface = address ? builder.interfaces.on_link(*address) : std::nullopt;
    if (interface) want(builder, *interface, packed_address);
}

} // namespace

void add_neighbors(Builder& builder)
{
    for (const config::StaticNeighbor& neighbor : builder.in.config.neighbors)
        if (const auto interface = builder.interfaces.id_of(neighbor.interface))
            builder.add(neighbor_of(*interface, neighbor.address, neighbor.mac, "static"));
    for (const KernelNeighbor& neighbor : builder.in.kernel.neighbors)
        if (const auto interface = builder.interfaces.id_of(neighbor.interface))
            builder.add(neighbor_of(*interface, neighbor.address, neighbor.mac, "kernel"));
}

void find_next_hops(Builder& builder)
{
    for (const NeighborPlace& place : builder.in.learned_next_hops)
        if (const auto interface = builder.interfaces.id_of(place.interface))
            want(builder, *interface, place.address.packed());
    for (const auto& [key, object] : builder.out.objects) {
        if (!object.has_route()) continue;
        for (const api::NextHop& hop : object.route().hops()) {
            if (hop.has_vxlan())
                want_on_link(builder, hop.vxlan().vtep());
            else if (hop.has_gtpu())
                want_on_link(builder, hop.gtpu().peer());
            else if (!hop.gateway().empty())
                want(builder, hop.interface(), hop.gateway());
        }
    }
}

} // namespace sluice::control
