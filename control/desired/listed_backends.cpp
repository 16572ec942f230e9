#include "control/desired/listed_backends.hpp"

#include <algorithm>

#include "control/desired/endpoints.hpp"

namespace sluice::control {
namespace {

using Backends = std::vector<config::Backend>;

std::pair<IpAddress, std::uint16_t> endpoint(const config::Backend& backend)
{
    return {backend.address, backend.port};
}

// One order on every node, so that equal backends give equal rings whatever order a registry lists them in.
Backends in_order(Backends backends)
{
    std::sort(backends.begin(), backends.end(),
              [&](const auto& a, const auto& b) { return endpoint(a) < endpoint(b); });
    const auto again = std::unique(backends.begin(), backends.end(),
                                   [&](const auto& a, const auto& b) { return endpoint(a) == endpoint(b); });
    backends.erase(again, backends.end());
    return backends;
}

// The weight that its source gave it: of a backend which is not used the dataplane holds 0.
std::uint32_t former_weight(const Inputs& in, const std::string& name, const config::Backend& backend)
{
    const auto service = in.judgements.former.find(name);
    if (service == in.judgements.former.end()) return backend.weight;
    for (const BackendState& state : service->second.backends)
        if (endpoint(state.backend) == endpoint(backend)) return state.backend.weight;
    return backend.weight;
}

Backends programmed_backends(const Inputs& in, const std::string& name)
{
    Backends backends;
    const api::Service* service = programmed_service(in, name);
    if (service == nullptr) return backends;
    for (const api::Backend& programmed : service->backends()) {
        const auto address = IpAddress::unpack(programmed.address());
        if (!address) continue;
        config::Backend backend{*address, static_cast<std::uint16_t>(programmed.port()), programmed.weight(), 0};
        backend.weight = former_weight(in, name, backend);
        backends.push_back(backend);
    }
    return backends;
}

// A registry that has said nothing yet says nothing about what is programmed either: that stays.
Backends backends_in_registry(const Inputs& in, const std::string& name, const config::Service& service,
                              const Backends& programmed, std::vector<std::string>& problems)
{
    const auto registry = in.registries.find(service.registry);
    const bool is_unread = in.unread.contains({service.registry, service.registry_service});
    if (registry == in.registries.end() || !registry->second || is_unread) return programmed;
    const auto listed = registry->second->find(service.registry_service);
    if (listed != registry->second->end()) return listed->second;
    problems.push_back(in.place(service.line) + ": registry " + service.registry + " has no service " +
                       service.registry_service + "; service " + name + " has no backends");
    return {};
}

// The configuration's own backends are checked; a registry's may say what it likes.
bool keeps_port(const config::Service& service, const config::Backend& backend)
{
    const auto is_its = [&](const config::ServicePort& port) { return port.port == backend.port; };
    return backend.port == 0 || std::all_of(service.ports.begin(), service.ports.end(), is_its);
}

void leave_out_other_ports(const Inputs& in, const std::string& name, const config::Service& service,
                           Backends& backends, std::vector<std::string>& problems)
{
    if (service.forward != config::Service::Forward::direct) return;
    std::erase_if(backends, [&](const config::Backend& backend) {
        if (keeps_port(service, backend)) return false;
        problems.push_back(in.place(service.line) + ": backend " + backend.address.text() + " of service " + name +
                           " has port " + std::to_string(backend.port) +
                           ", to which 'direct' cannot lead; it is left out");
        return true;
    });
}

} // namespace

const api::Service* programmed_service(const Inputs& in, const std::string& name)
{
    for (auto at = in.programmed.lower_bound({api::Object::kService, {}});
         at != in.programmed.end() && at->second.has_service(); ++at)
        if (at->second.service().name() == name) return &at->second.service();
    return nullptr;
}

std::map<std::string, Backends> listed_backends(const Inputs& in, std::vector<std::string>& problems)
{
    std::map<std::string, Backends> all;
    Endpoints endpoints(in.config);
    for (const auto& [name, service] : in.config.services) {
        if (service.registry.empty()) {
            all[name] = in_order(service.backends);
            continue;
        }
        const Backends programmed = programmed_backends(in, name);
        all[name] = in_order(backends_in_registry(in, name, service, programmed, problems));
        endpoints.keep(name, service, all[name], programmed);
    }
    for (const auto& [name, service] : in.config.services) {
        if (service.registry.empty()) continue;
        std::string problem;
        all[name] = endpoints.fitting(name, service, all[name], problem);
        if (!problem.empty()) problems.push_back(in.place(service.line) + ": " + problem);
        leave_out_other_ports(in, name, service, all[name], problems);
    }
    return all;
}

} // namespace sluice::control
