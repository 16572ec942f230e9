// `routes`, `neighbors`, `tunnels`: where packets go, as the dataplane holds it.
#include <algorithm>
#include <map>

#include "tools/sluicectl/handlers.hpp"
#include "tools/sluicectl/json.hpp"
#include "tools/sluicectl/node.hpp"
#include "tools/sluicectl/table.hpp"
#include "tools/sluicectl/wording.hpp"

namespace sluice::ctl {
namespace {

// What follows the rows: nothing, unless a limit may have hidden some.
std::string shown(const Table& table, const char* none)
{
    return table.empty() ? std::string(none) + '\n' : table.text();
}

std::string via(const api::NextHop& hop, const std::map<std::uint32_t, std::string>& interfaces)
{
    if (hop.has_vxlan())
        return "vtep " + address(hop.vxlan().vtep()) + " vni " + std::to_string(hop.vxlan().vni()) + " mac " +
               mac(hop.vxlan().mac());
    if (hop.has_gtpu()) return "gtpu " + address(hop.gtpu().peer()) + " teid " + hexadecimal(hop.gtpu().teid());
    const auto named = interfaces.find(hop.interface());
    const std::string link = named == interfaces.end() ? "interface " + std::to_string(hop.interface()) : named->second;
    return hop.gateway().empty() ? link + ", on link" : address(hop.gateway()) + " on " + link;
}

std::string listing(const api::Routes& routes, const std::map<std::uint32_t, std::string>& interfaces)
{
    Table table({{"NETWORK"}, {"PREFIX"}, {"VIA"}, {"WEIGHT", true}, {"SOURCE"}});
    for (const api::RouteEntry& entry : routes.routes()) {
        const api::Route& route = entry.route();
        if (route.hops().empty())
            table.add({entry.network(), prefix(route.prefix()), "unresolved", "", route.source()});
        for (const api::NextHop& hop : route.hops())
            table.add({entry.network(), prefix(route.prefix()), via(hop, interfaces),
                       std::to_string(std::max(hop.weight(), 1U)), route.source()});
    }
    return shown(table, "there is no route");
}

std::string listing(const api::Neighbors& neighbors)
{
    Table table({{"INTERFACE"}, {"ADDRESS"}, {"MAC"}, {"SOURCE"}});
    for (const api::NeighborEntry& entry : neighbors.neighbors())
        table.add({entry.interface(), address(entry.neighbor().address()), mac(entry.neighbor().mac()),
                   entry.neighbor().source()});
    return shown(table, "no neighbour is known");
}

std::string listing(const api::Tunnels& tunnels)
{
    Table table({{"KIND"},
                 {"NETWORK"},
                 {"REMOTE"},
                 {"ID", true},
                 {"INNER"},
                 {"RX", true},
                 {"RX BYTES", true},
                 {"TX", true},
                 {"TX BYTES", true},
                 {"STATE"}});
    for (const api::TunnelStats& tunnel : tunnels.tunnels())
        table.add({tunnel.kind(), tunnel.network(), address(tunnel.remote()),
                   tunnel.kind() == "gtpu" ? hexadecimal(tunnel.id()) : std::to_string(tunnel.id()),
                   address(tunnel.inner()), counted(tunnel.rx_packets()), counted(tunnel.rx_bytes()),
                   counted(tunnel.tx_packets()), counted(tunnel.tx_bytes()),
                   tunnel.resolved() ? "resolved" : "unresolved"});
    return shown(table, "there is no tunnel");
}

tl::expected<api::Request, Trouble> limited(const Invocation& invocation, api::Topic topic)
{
    const auto limit = invocation.number("limit");
    if (!limit) return tl::unexpected(limit.error());
    return query(topic, limit->value_or(0));
}

// Routes name their interface by number; its name is asked for beside them.
std::map<std::uint32_t, std::string> interface_names(Node& node)
{
    std::map<std::uint32_t, std::string> names;
    if (const auto ports = body_of<api::Ports>(node.dataplane(query(api::PORTS))))
        for (const api::PortStats& port : ports->ports())
            names[port.id()] = port.name();
    return names;
}

} // namespace

Outcome show_routes(const Invocation& invocation, Node& node)
{
    const auto request = limited(invocation, api::ROUTES);
    if (!request) return tl::unexpected(request.error());
    const auto routes = body_of<api::Routes>(node.dataplane(*request));
    return report_of(invocation, routes,
                     [&](const api::Routes& answer) { return listing(answer, interface_names(node)); });
}

Outcome show_neighbors(const Invocation& invocation, Node& node)
{
    const auto request = limited(invocation, api::NEIGHBORS);
    if (!request) return tl::unexpected(request.error());
    const auto neighbors = body_of<api::Neighbors>(node.dataplane(*request));
    return report_of(invocation, neighbors, [](const api::Neighbors& answer) { return listing(answer); });
}

Outcome show_tunnels(const Invocation& invocation, Node& node)
{
    const auto request = limited(invocation, api::TUNNELS);
    if (!request) return tl::unexpected(request.error());
    const auto tunnels = body_of<api::Tunnels>(node.dataplane(*request));
    return report_of(invocation, tunnels, [](const api::Tunnels& answer) { return listing(answer); });
}

} // namespace sluice::ctl
