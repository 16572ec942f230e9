// `services [NAME]`: each virtual address with its backends below it.
#include <algorithm>
#include <map>

#include "tools/sluicectl/handlers.hpp"
#include "tools/sluicectl/json.hpp"
#include "tools/sluicectl/node.hpp"
#include "tools/sluicectl/table.hpp"
#include "tools/sluicectl/wording.hpp"

namespace sluice::ctl {
namespace {

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

std::string text_of(const api::ServiceStats& service, const Announced& announced)
{
    if (service.backends().empty()) return headline(service, announced) + "no backend: new connections are dropped\n";
    Table table({{"BACKEND"},
                 {"WEIGHT", true},
                 {"SHARE", true},
                 {"FLOWS", true},
                 {"PACKETS", true},
                 {"BYTES", true},
                 {"STATE"}});
    for (const api::BackendStats& backend : service.backends())
        table.add({backend.port() == 0 ? address(backend.address()) : endpoint(backend.address(), backend.port()),
                   counted(backend.weight()), percent(backend.share()), counted(backend.flows()),
                   counted(backend.packets()), counted(backend.bytes()), backend.weight() == 0 ? "drained" : "used"});
    return headline(service, announced) + table.text();
}

std::string listing(const api::Services& services, const Announced& announced)
{
    if (services.services().empty()) return "there is no service\n";
    std::string out;
    for (const api::ServiceStats& service : services.services())
        out += (out.empty() ? "" : "\n") + text_of(service, announced);
    return out;
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
    return report_of(invocation, services, [&](const auto& answer) { return listing(answer, announced(node)); });
}

} // namespace sluice::ctl
