// `services [NAME]`: each virtual address with its backends below it. Figures are the dataplane's, states those of the
// control process; without it the node forwards with what is programmed, and that is what is shown.
#include <algorithm>
#include <map>

#include "tools/sluicectl/backend_states.hpp"
#include "tools/sluicectl/handlers.hpp"
#include "tools/sluicectl/json.hpp"
#include "tools/sluicectl/node.hpp"
#include "tools/sluicectl/table.hpp"
#include "tools/sluicectl/wording.hpp"

namespace sluice::ctl {
namespace {

using States = tl::expected<api::BackendStates, Trouble>;

// By address; of a control process that does not answer nothing is known.
using Announced = std::map<std::string, api::Announcement>;

Announced announced(Node& node)
{
    Announced out;
    const auto all = body_of<api::Announcements>(node.control(query(api::ANNOUNCEMENTS)));
    if (!all) return out;
    for (const api::Announcement& one : all->announcements())
        if (one.kind() == "service") out[one.prefix().address()] = one;
    return out;
}

std::string text_of(const Announced& announced, const std::string& address)
{
    const auto found = announced.find(address);
    if (found == announced.end()) return "";
    return found->second.announced() ? "  announced " + span(found->second.age_s()) : "  not announced";
}

std::string headline(const api::ServiceStats& service, const Announced& announced)
{
    std::vector<std::string> ports;
    for (const api::ServicePort& port : service.ports())
        ports.push_back(endpoint(service.address(), port.port()) + "/" + protocol(port.protocol()));
    const std::string mode = service.forward() != api::DIRECT ? ""
                             : service.stateless()            ? "  direct, no sessions"
                                                              : "  direct";
    const std::string source = service.source().empty() ? "" : "  from " + service.source();
    return printable(service.name() + "  " + joined(ports) + "  network " + service.network() + mode + source +
                     text_of(announced, service.address()) + "  " + counted(service.flows(), "flow", "flows")) +
           '\n';
}

std::string end_text(const std::string& packed, std::uint32_t port)
{
    return port == 0 ? address(packed) : endpoint(packed, port);
}

void add_row(Table& table, const api::BackendStats& backend, const api::ServiceState* service)
{
    const api::BackendState* known =
        service == nullptr ? nullptr : find_backend(*service, backend.address(), backend.port());
    const std::string state = known != nullptr        ? state_text(*service, *known)
                              : backend.weight() == 0 ? "programmed with weight 0"
                                                      : "programmed";
    table.add({end_text(backend.address(), backend.port()),
               counted(known == nullptr ? backend.weight() : known->weight()),
               backend.weight() == 0 ? std::string(nothing) : percent(backend.share()), counted(backend.flows()),
               counted(backend.packets()), counted(backend.bytes()), state});
}

bool is_programmed(const api::ServiceStats& service, const api::BackendState& state)
{
    return std::ranges::any_of(service.backends(), [&](const auto& one) {
        return one.address() == state.address() && one.port() == state.port();
    });
}

std::string text_of(const api::ServiceStats& service, const api::ServiceState* state, const Announced& announced)
{
    Table table({{"BACKEND"},
                 {"WEIGHT", true},
                 {"SHARE", true},
                 {"FLOWS", true},
                 {"PACKETS", true},
                 {"BYTES", true},
                 {"STATE"}});
    for (const api::BackendStats& backend : service.backends())
        add_row(table, backend, state);
    if (state != nullptr)
        for (const api::BackendState& other : state->backends())
            if (!is_programmed(service, other))
                table.add({end_text(other.address(), other.port()), std::string(nothing), std::string(nothing),
                           std::string(nothing), std::string(nothing), std::string(nothing),
                           state_text(*state, other)});
    const std::string none = service.backends().empty() ? "no backend: new connections are dropped\n" : "";
    return headline(service, announced) + none + (table.empty() ? "" : table.text());
}

std::string listing(const api::Services& services, const States& states, const Announced& announced)
{
    if (services.services().empty()) return "there is no service\n";
    std::string out;
    for (const api::ServiceStats& service : services.services())
        out += (out.empty() ? "" : "\n") +
               text_of(service, states ? find_service(*states, service.name()) : nullptr, announced);
    if (!states) out += printable_lines("\nstates of backends are not known: " + states.error().text + '\n');
    return out;
}

Json backend_json(const api::BackendState& state)
{
    return {{"state", state.state()},
            {"reason", state.reason()},
            {"since", state.since()},
            {"given_weight", state.weight()}};
}

// Of a backend that the dataplane does not hold: every field all the same.
Json unprogrammed_json(const api::BackendState& state)
{
    api::BackendStats nothing_yet;
    nothing_yet.set_address(state.address());
    nothing_yet.set_port(state.port());
    return to_json(nothing_yet);
}

// The dataplane's object with the control process's words in it, under the names of sluice.proto.
void add_states(Json& json, const api::ServiceStats& stats, const api::ServiceState& service)
{
    json["usable"] = service.usable();
    json["checked"] = service.checked();
    json["all_down"] = service.all_down();
    json["fail_open"] = service.fail_open();
    for (int i = 0; i < stats.backends_size(); ++i)
        if (const auto* known = find_backend(service, stats.backends(i).address(), stats.backends(i).port()))
            json["backends"][static_cast<std::size_t>(i)].update(backend_json(*known));
    for (const api::BackendState& other : service.backends()) {
        if (is_programmed(stats, other)) continue;
        Json row = unprogrammed_json(other);
        row.update(backend_json(other));
        json["backends"].push_back(std::move(row));
    }
}

Json json_of(const api::Services& services, const States& states)
{
    Json json = to_json(services);
    for (int i = 0; i < services.services_size(); ++i)
        if (const auto* state = states ? find_service(*states, services.services(i).name()) : nullptr)
            add_states(json["services"][static_cast<std::size_t>(i)], services.services(i), *state);
    if (!states) json["control_error"] = states.error().text;
    return json;
}

tl::expected<api::Services, Trouble> only(const api::Services& all, const std::string& name)
{
    std::vector<std::string> names;
    for (const api::ServiceStats& service : all.services()) {
        names.push_back(service.name());
        if (service.name() != name) continue;
        api::Services one;
        *one.add_services() = service;
        return one;
    }
    return trouble(Exit::finding, "there is no service '" + name + "'; there is " + known(joined(names)));
}

} // namespace

Outcome show_services(const Invocation& invocation, Node& node)
{
    auto services = body_of<api::Services>(node.dataplane(query(api::SERVICES)));
    if (services && !invocation.word().empty()) services = only(*services, invocation.word());
    if (!services) return tl::unexpected(services.error());
    const States states = body_of<api::BackendStates>(node.control(query(api::BACKENDS)));
    return Report{invocation.json() ? written(json_of(*services, states), invocation)
                                    : listing(*services, states, announced(node))};
}

} // namespace sluice::ctl
