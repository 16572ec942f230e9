// Services with their backends, which the configuration or a registry names.
#include "control/desired/builder.hpp"

#include <algorithm>

namespace sluice::control {
namespace {

// One order on every node, so that equal backends give equal rings whatever order a registry lists them in.
std::vector<config::Backend> in_order(std::vector<config::Backend> backends)
{
    const auto endpoint = [](const config::Backend& backend) { return std::pair(backend.address, backend.port); };
    std::sort(backends.begin(), backends.end(),
              [&](const auto& a, const auto& b) { return endpoint(a) < endpoint(b); });
    const auto again = std::unique(backends.begin(), backends.end(),
                                   [&](const auto& a, const auto& b) { return endpoint(a) == endpoint(b); });
    backends.erase(again, backends.end());
    return backends;
}

std::vector<config::Backend> programmed_backends(const Builder& builder, const std::string& name)
{
    std::vector<config::Backend> backends;
    for (const auto& [key, object] : builder.in.programmed) {
        if (!object.has_service() || object.service().name() != name) continue;
        for (const api::Backend& backend : object.service().backends()) {
            const auto address = IpAddress::unpack(backend.address());
            if (address)
                backends.push_back({*address, static_cast<std::uint16_t>(backend.port()), backend.weight(), 0});
        }
    }
    return backends;
}

// The configuration's own backends are checked; a registry's may say what it likes.
bool keeps_port(const config::Service& service, const config::Backend& backend)
{
    const auto is_its = [&](const config::ServicePort& port) { return port.port == backend.port; };
    return backend.port == 0 || std::all_of(service.ports.begin(), service.ports.end(), is_its);
}

// A registry that has said nothing yet says nothing about what is programmed either: that stays.
std::vector<config::Backend> backends_of(Builder& builder, const std::string& name, const config::Service& service)
{
    if (service.registry.empty()) return service.backends;
    const auto registry = builder.in.registries.find(service.registry);
    if (registry == builder.in.registries.end() || !registry->second) return programmed_backends(builder, name);
    const auto listed = registry->second->find(service.registry_service);
    if (listed != registry->second->end()) return listed->second;
    builder.out.problems.push_back(builder.place(service.line) + ": registry " + service.registry + " has no service " +
                                   service.registry_service + "; service " + name + " has no backends");
    return {};
}

} // namespace

void add_services(Builder& builder)
{
    for (const auto& [name, settings] : builder.in.config.services) {
        api::Object object;
        api::Service& service = *object.mutable_service();
        service.set_id(builder.identifiers.services.of(name));
        service.set_name(name);
        service.set_address(settings.address.packed());
        for (const config::ServicePort& port : settings.ports) {
            api::ServicePort& out = *service.add_ports();
            out.set_port(port.port);
            out.set_protocol(static_cast<std::uint32_t>(port.protocol));
        }
        service.set_network(builder.network_id(settings.network));
        const bool direct = settings.forward == config::Service::Forward::direct;
        service.set_forward(direct ? api::DIRECT : api::DNAT);
        service.set_stateless(!settings.sessions);
        service.set_place(builder.place(settings.line));
        service.set_source(settings.registry.empty() ? "static" : "registry " + settings.registry);
        for (const config::Backend& backend : in_order(backends_of(builder, name, settings))) {
            if (direct && !keeps_port(settings, backend)) {
                builder.out.problems.push_back(builder.place(settings.line) + ": backend " + backend.address.text() +
                                               " of service " + name + " has port " + std::to_string(backend.port) +
                                               ", to which 'direct' cannot lead; it is left out");
                continue;
            }
            const std::string address = backend.address.packed();
            api::Backend& out = *service.add_backends();
            out.set_id(builder.identifiers.backends.of(backend_name(service, address, backend.port)));
            out.set_address(address);
            out.set_port(backend.port);
            out.set_weight(backend.weight);
        }
        builder.add(object);
    }
}

} // namespace sluice::control
