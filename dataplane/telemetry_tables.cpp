// What the tables hold: tunnels, networks, routes, neighbours.
#include <algorithm>
#include <map>

#include "dataplane/telemetry.hpp"

namespace sluice::dataplane {
namespace {

bool full(int rows, unsigned limit)
{
    return limit != 0 && static_cast<unsigned>(rows) >= limit;
}

// Somebody's MAC address is known on the way to the remote end.
bool is_resolved(const table::Snapshot& tables, table::Target underlay)
{
    return underlay != table::none && tables.any_hop(underlay, [&](std::uint32_t hop) {
        return tables.hops[hop].kind == table::Hop::Kind::adjacency;
    });
}

} // namespace

void fill(api::Tunnels& answer, const TelemetrySources& from, unsigned limit)
{
    const table::Snapshot& tables = from.tables.read();
    for (std::uint32_t hop = 0; hop < tables.hops.size(); ++hop) {
        if (!tables.hops[hop].is_tunnel()) continue;
        if (full(answer.tunnels_size(), limit)) return;
        const table::Tunnel& tunnel = tables.tunnels[tables.hops[hop].index];
        const table::FarEnd& far_end = tables.far_ends[tunnel.far_end];
        const TrafficCount traffic = from.pipelines.traffic().tunnel(tables.exits[hop].counter);
        api::TunnelStats& row = *answer.add_tunnels();
        row.set_kind(tunnel.kind == table::Tunnel::Kind::vxlan ? "vxlan" : "gtpu");
        row.set_network(table::network_name(tables, tunnel.network));
        row.set_remote(far_end.remote.packed());
        row.set_id(tunnel.id);
        row.set_inner(tunnel.inner_address().packed());
        row.set_rx_packets(traffic.rx_packets);
        row.set_rx_bytes(traffic.rx_bytes);
        row.set_tx_packets(traffic.tx_packets);
        row.set_tx_bytes(traffic.tx_bytes);
        row.set_resolved(is_resolved(tables, far_end.underlay));
    }
}

void fill(api::Networks& answer, const TelemetrySources& from)
{
    const table::Snapshot& tables = from.tables.read();
    std::map<std::uint32_t, std::uint64_t> routes;
    const api::Programmed programmed = from.model.programmed();
    for (const api::Object& object : programmed.objects())
        if (object.has_route()) ++routes[object.route().network()];
    routes[table::public_network] += from.model.learned().size();
    for (std::size_t id = 0; id < tables.networks.size(); ++id) {
        const table::Network& network = tables.networks[id];
        if (!network.used) continue;
        const TrafficCount traffic = from.pipelines.traffic().network(static_cast<std::uint16_t>(id));
        api::NetworkStats& row = *answer.add_networks();
        row.set_id(static_cast<std::uint32_t>(id));
        row.set_name(network.name);
        row.set_vni(network.vni);
        row.set_mtu(network.mtu);
        row.set_routes(routes[static_cast<std::uint32_t>(id)]);
        row.set_rx_packets(traffic.rx_packets);
        row.set_rx_bytes(traffic.rx_bytes);
        row.set_tx_packets(traffic.tx_packets);
        row.set_tx_bytes(traffic.tx_bytes);
    }
}

// The limit is of one piece: those that were programmed one by one, then learned ones.
void fill(api::Routes& answer, const TelemetrySources& from, const api::Query& query)
{
    const table::Snapshot& tables = from.tables.read();
    const unsigned limit = query.limit();
    if (!query.has_routes_after()) {
        const api::Programmed programmed = from.model.programmed();
        for (const api::Object& object : programmed.objects()) {
            if (!object.has_route()) continue;
            if (full(answer.routes_size(), limit)) return;
            api::RouteEntry& row = *answer.add_routes();
            row.set_network(table::network_name(tables, object.route().network()));
            *row.mutable_route() = object.route();
        }
    }
    const auto after = query.has_routes_after() ? api::key_of(query.routes_after()) : std::nullopt;
    const std::size_t left = limit == 0 ? api::routes_per_message : limit - static_cast<unsigned>(answer.routes_size());
    answer.set_more(
        from.model.learned().read(after, std::min(left, api::routes_per_message), *answer.mutable_learned()));
}

void fill(api::Neighbors& answer, const TelemetrySources& from, unsigned limit)
{
    const api::Programmed programmed = from.model.programmed();
    for (const api::Object& object : programmed.objects()) {
        if (!object.has_neighbor()) continue;
        if (full(answer.neighbors_size(), limit)) return;
        api::NeighborEntry& row = *answer.add_neighbors();
        const std::uint32_t interface = object.neighbor().interface();
        if (interface < from.interfaces.size()) row.set_interface(from.interfaces[interface].name);
        *row.mutable_neighbor() = object.neighbor();
    }
}

} // namespace sluice::dataplane
