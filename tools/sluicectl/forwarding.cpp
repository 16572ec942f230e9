// `neighbors`, `tunnels`: who answers beside us and at the far ends, as the dataplane holds it. Routes are in
// routes.cpp.
#include <string>

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

} // namespace

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
