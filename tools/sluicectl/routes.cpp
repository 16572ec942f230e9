// `routes`: where packets go, as the dataplane holds it. There may be a million, so they are asked for and printed in
// pieces; as JSON each route is a line of one document.
#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "dataplane/api/route_set.hpp"
#include "tools/sluicectl/handlers.hpp"
#include "tools/sluicectl/json.hpp"
#include "tools/sluicectl/node.hpp"
#include "tools/sluicectl/table.hpp"
#include "tools/sluicectl/wording.hpp"

namespace sluice::ctl {
namespace {

using Interfaces = std::map<std::uint32_t, std::string>;

// Asks for one piece after the other; at most `limit` routes in all, 0: every one.
class Pieces {
public:
    Pieces(Node& node, std::uint32_t limit)
        : node_(node)
        , request_(query(api::ROUTES, limit))
    {
    }
    [[nodiscard]] bool has_more() const { return has_more_; }
    [[nodiscard]] tl::expected<api::Routes, Trouble> next()
    {
        auto piece = body_of<api::Routes>(node_.dataplane(request_));
        if (!piece) return piece;
        const auto count =
            static_cast<std::uint32_t>(static_cast<std::size_t>(piece->routes_size()) + api::count(piece->learned()));
        api::Query& ask = *request_.mutable_query();
        const bool is_enough = ask.limit() != 0 && count >= ask.limit();
        const auto last = api::last(piece->learned());
        has_more_ = piece->more() && last && !is_enough;
        if (!has_more_) return piece;
        if (ask.limit() != 0) ask.set_limit(ask.limit() - count);
        *ask.mutable_routes_after() = api::to_address(*last);
        return piece;
    }

private:
    Node& node_;
    api::Request request_;
    bool has_more_ = true;
};

// The learned routes that share next hops, one after the other, as an entry of which only the prefix changes.
template<class Use>
void for_each_entry(const api::Routes& routes, Use&& use)
{
    for (const api::RouteEntry& entry : routes.routes())
        use(entry);
    std::vector<api::RouteEntry> learned;
    for (const api::RouteGroup& group : routes.learned().groups()) {
        api::RouteEntry& entry = learned.emplace_back();
        entry.set_network("public");
        *entry.mutable_route()->mutable_hops() = group.hops();
        entry.mutable_route()->set_source(group.source());
    }
    api::for_each_route(routes.learned(), [&](const RouteKey& key, std::uint32_t group) {
        *learned[group].mutable_route()->mutable_prefix() = api::to_address(key);
        use(std::as_const(learned[group]));
    });
}

std::string via(const api::NextHop& hop, const Interfaces& interfaces)
{
    if (hop.has_vxlan())
        return "vtep " + address(hop.vxlan().vtep()) + " vni " + std::to_string(hop.vxlan().vni()) + " mac " +
               mac(hop.vxlan().mac());
    if (hop.has_gtpu()) return "gtpu " + address(hop.gtpu().peer()) + " teid " + hexadecimal(hop.gtpu().teid());
    const auto named = interfaces.find(hop.interface());
    const std::string link = named == interfaces.end() ? "interface " + std::to_string(hop.interface()) : named->second;
    return hop.gateway().empty() ? link + ", on link" : address(hop.gateway()) + " on " + link;
}

std::string listing(const api::Routes& routes, const Interfaces& interfaces)
{
    Table table({{"NETWORK"}, {"PREFIX"}, {"VIA"}, {"WEIGHT", true}, {"SOURCE"}});
    for_each_entry(routes, [&](const api::RouteEntry& entry) {
        const api::Route& route = entry.route();
        if (route.hops().empty())
            table.add({entry.network(), prefix(route.prefix()), "unresolved", "", route.source()});
        for (const api::NextHop& hop : route.hops())
            table.add({entry.network(), prefix(route.prefix()), via(hop, interfaces),
                       std::to_string(std::max(hop.weight(), 1U)), route.source()});
    });
    return table.empty() ? "" : table.text();
}

// A line each; `is_first` of the whole document.
std::string json_lines(const api::Routes& routes, bool& is_first, bool one_line)
{
    std::string text;
    for_each_entry(routes, [&](const api::RouteEntry& entry) {
        if (!std::exchange(is_first, false)) text += ',';
        if (!one_line) text += "\n  ";
        text += to_json(entry).dump(-1, ' ', false, Json::error_handler_t::replace);
    });
    return text;
}

// Routes name their interface by number; its name is asked for beside them.
Interfaces interface_names(Node& node)
{
    Interfaces names;
    if (const auto ports = body_of<api::Ports>(node.dataplane(query(api::PORTS))))
        for (const api::PortStats& port : ports->ports())
            names[port.id()] = port.name();
    return names;
}

Outcome as_json(const std::shared_ptr<Pieces>& pieces, bool one_line)
{
    const auto first = pieces->next();
    if (!first) return tl::unexpected(first.error());
    bool is_first = true;
    const std::string end = one_line ? "]}\n" : "\n]}\n";
    Report report{"{\"routes\": [" + json_lines(*first, is_first, one_line)};
    if (!pieces->has_more()) {
        report.out += end;
        return report;
    }
    report.rest = [=]() mutable -> Piece {
        const auto next = pieces->next();
        if (!next) return tl::unexpected(next.error());
        return json_lines(*next, is_first, one_line) + (pieces->has_more() ? "" : end);
    };
    report.has_rest = [=] { return pieces->has_more(); };
    return report;
}

Outcome as_text(const std::shared_ptr<Pieces>& pieces, Node& node)
{
    const auto first = pieces->next();
    if (!first) return tl::unexpected(first.error());
    const Interfaces interfaces = interface_names(node);
    const std::string text = listing(*first, interfaces);
    Report report{text.empty() ? "there is no route\n" : text};
    report.rest = [=]() -> Piece {
        const auto next = pieces->next();
        if (!next) return tl::unexpected(next.error());
        return listing(*next, interfaces);
    };
    report.has_rest = [=] { return pieces->has_more(); };
    return report;
}

} // namespace

Outcome show_routes(const Invocation& invocation, Node& node)
{
    const auto limit = invocation.number("limit");
    if (!limit) return tl::unexpected(limit.error());
    const auto pieces = std::make_shared<Pieces>(node, limit->value_or(0));
    return invocation.json() ? as_json(pieces, invocation.watch()) : as_text(pieces, node);
}

} // namespace sluice::ctl
