#include "pipelines/ip/way.hpp"

namespace sluice::ip {
namespace {

Reach take_adjacency(const table::Snapshot& tables, const table::Hop& hop, Way& way)
{
    if (hop.kind == table::Hop::Kind::adjacency) {
        way.adjacency = &tables.adjacencies[hop.index];
        return Reach::ready;
    }
    way.wanted_interface = hop.interface;
    way.wanted = tables.adjacencies[hop.index].gateway;
    return Reach::wanting;
}

Reach enter_tunnel(const table::Snapshot& tables, const table::Hop& hop, std::uint64_t hash, Way& way)
{
    way.tunnel = &tables.tunnels[hop.index];
    const table::Target underlay = tables.far_ends[way.tunnel->far_end].underlay;
    if (underlay == table::none) return Reach::no_route;
    const std::uint32_t outside = tables.pick(underlay, hash);
    return outside == table::none ? Reach::unreachable : take_adjacency(tables, tables.hops[outside], way);
}

} // namespace

template<class Family>
std::uint32_t find_hop(const table::Snapshot& tables, std::uint16_t network,
                       const typename Family::Address& destination, std::uint64_t hash, bool& unreachable) noexcept
{
    const table::Target target = Family::find_route(tables, network, destination);
    if (target == table::none) return table::none;
    const std::uint32_t hop = tables.pick(target, hash);
    unreachable = hop == table::none;
    if (unreachable) return table::none;
    if (tables.hops[hop].kind != table::Hop::Kind::on_link) return hop;
    const std::uint32_t* neighbor = tables.neighbors.find(address_key<Family>(tables.hops[hop].interface, destination));
    return neighbor == nullptr ? hop : *neighbor;
}

template<class Family>
std::uint16_t mtu_to(const table::Snapshot& tables, std::uint16_t network, const typename Family::Address& address,
                     std::uint64_t hash) noexcept
{
    bool unreachable = false;
    const std::uint32_t hop = find_hop<Family>(tables, network, address, hash, unreachable);
    return hop == table::none ? std::uint16_t{0xFFFF} : tables.exits[hop].mtu;
}

template<class Family>
Reach follow(const table::Snapshot& tables, std::uint32_t index, const typename Family::Address& destination,
             std::uint64_t hash, Way& way) noexcept
{
    const table::Hop& hop = tables.hops[index];
    way.exit = &tables.exits[index];
    switch (hop.kind) {
    case table::Hop::Kind::vxlan:
    case table::Hop::Kind::gtpu:
        return enter_tunnel(tables, hop, hash, way);
    case table::Hop::Kind::on_link:
        way.wanted_interface = hop.interface;
        way.wanted = Family::value(destination);
        return Reach::wanting;
    default:
        return take_adjacency(tables, hop, way);
    }
}

template std::uint32_t find_hop<V4>(const table::Snapshot&, std::uint16_t, const V4::Address&, std::uint64_t,
                                    bool&) noexcept;
template std::uint32_t find_hop<V6>(const table::Snapshot&, std::uint16_t, const V6::Address&, std::uint64_t,
                                    bool&) noexcept;
template std::uint16_t mtu_to<V4>(const table::Snapshot&, std::uint16_t, const V4::Address&, std::uint64_t) noexcept;
template std::uint16_t mtu_to<V6>(const table::Snapshot&, std::uint16_t, const V6::Address&, std::uint64_t) noexcept;
template Reach follow<V4>(const table::Snapshot&, std::uint32_t, const V4::Address&, std::uint64_t, Way&) noexcept;
template Reach follow<V6>(const table::Snapshot&, std::uint32_t, const V6::Address&, std::uint64_t, Way&) noexcept;

} // namespace sluice::ip
