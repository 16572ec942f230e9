// `services [NAME]`: each virtual address with its backends below it.
#include <algorithm>

#include "tools/sluicectl/handlers.hpp"
#include "tools/sluicectl/json.hpp"
#include "tools/sluicectl/node.hpp"
#include "tools/sluicectl/table.hpp"
#include "tools/sluicectl/wording.hpp"

namespace sluice::ctl {
namespace {

std::string headline(const api::ServiceStats& service)
{
    std::vector<std::string> ports;
    for (const api::ServicePort& port : service.ports())
        ports.push_back(endpoint(service.address(), port.port()) + "/" + protocol(port.protocol()));
    const std::string mode = service.forward() != api::DIRECT ? ""
                             : service.stateless()            ? "  direct, no sessions"
                                                              : "  direct";
    const std::string source = service.source().empty() ? "" : "  from " + service.source();
    return printable(service.name() + "  " + joined(ports) + "  network " + service.network() + mode + source + "  " +
                     counted(service.flows(), "flow", "flows")) +
           '\n';
}

std::string text_of(const api::ServiceStats& service)
{
    if (service.backends().empty()) return headline(service) + "no backend: new connections are dropped\n";
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
    return headline(service) + table.text();
}

std::string listing(const api::Services& services)
{
    if (services.services().empty()) return "there is no service\n";
    std::string out;
    for (const api::ServiceStats& service : services.services())
        out += (out.empty() ? "" : "\n") + text_of(service);
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
    return report_of(invocation, services, [](const auto& answer) { return listing(answer); });
}

} // namespace sluice::ctl
