// `sessions`: filtered and limited by the dataplane, so that a full table is never carried over to be thrown away here.
#include "dataplane/base/address.hpp"
#include "tools/sluicectl/handlers.hpp"
#include "tools/sluicectl/json.hpp"
#include "tools/sluicectl/node.hpp"
#include "tools/sluicectl/table.hpp"
#include "tools/sluicectl/wording.hpp"

namespace sluice::ctl {
namespace {

constexpr std::uint32_t default_limit = 100;
constexpr std::uint32_t highest_port = 65'535;

tl::expected<std::string, Trouble> packed_address(const std::string& text)
{
    if (text.empty()) return text;
    const auto address = IpAddress::parse(text);
    if (!address) return trouble(Exit::usage, "--address: '" + text + "' is no IPv4 or IPv6 address");
    return address->packed();
}

tl::expected<std::uint32_t, Trouble> protocol_filter(const Invocation& invocation)
{
    if (!invocation.has("protocol")) return 0;
    const auto number = protocol_number(invocation.text("protocol"));
    if (!number || *number == 0)
        return trouble(Exit::usage, "--protocol: '" + invocation.text("protocol") +
                                        "' is none; write tcp, udp, icmp, icmpv6 or a number from 1 to 255");
    return *number;
}

tl::expected<std::uint32_t, Trouble> port_filter(const Invocation& invocation)
{
    const auto port = invocation.number("port");
    if (!port) return tl::unexpected(port.error());
    if (*port && (**port == 0 || **port > highest_port))
        return trouble(Exit::usage, "--port: '" + invocation.text("port") + "' is not from 1 to 65535");
    return port->value_or(0);
}

tl::expected<api::Request, Trouble> question(const Invocation& invocation)
{
    const auto limit = invocation.number("limit");
    if (!limit) return tl::unexpected(limit.error());
    const auto address = packed_address(invocation.text("address"));
    if (!address) return tl::unexpected(address.error());
    const auto port = port_filter(invocation);
    if (!port) return tl::unexpected(port.error());
    const auto protocol = protocol_filter(invocation);
    if (!protocol) return tl::unexpected(protocol.error());
    api::Request request = query(api::SESSIONS, limit->value_or(default_limit));
    api::SessionFilter& filter = *request.mutable_query()->mutable_sessions();
    filter.set_network(invocation.text("network"));
    filter.set_service(invocation.text("service"));
    filter.set_address(*address);
    filter.set_port(*port);
    filter.set_protocol(*protocol);
    return request;
}

std::string becomes(const api::Session& session)
{
    return endpoint(session.new_source(), session.new_source_port()) + " → " +
           endpoint(session.new_destination(), session.new_destination_port()) + " in " + session.out_network();
}

std::string listing(const api::Sessions& sessions)
{
    Table table({{"NETWORK"},
                 {"PROTOCOL"},
                 {"FLOW"},
                 {"BECOMES"},
                 {"OUT", true},
                 {"BACK", true},
                 {"STATE"},
                 {"IDLE", true},
                 {"ENDS IN", true},
                 {"OF"}});
    for (const api::Session& session : sessions.sessions())
        table.add({session.network(), protocol(session.protocol()),
                   endpoint(session.source(), session.source_port()) + " → " +
                       endpoint(session.destination(), session.destination_port()),
                   becomes(session), counted(session.packets_forward()), counted(session.packets_reverse()),
                   session.state(), span(session.idle_s()), span(session.expires_s()),
                   known(session.service().empty() ? session.pool() : session.service())});
    const auto shown = static_cast<std::uint64_t>(sessions.sessions_size());
    return (table.empty() ? "" : table.text()) + counted(shown) + " of " +
           counted(sessions.total(), "session", "sessions") + '\n';
}

} // namespace

Outcome show_sessions(const Invocation& invocation, Node& node)
{
    const auto request = question(invocation);
    if (!request) return tl::unexpected(request.error());
    return report_of(invocation, body_of<api::Sessions>(node.dataplane(*request)),
                     [](const auto& answer) { return listing(answer); });
}

} // namespace sluice::ctl
