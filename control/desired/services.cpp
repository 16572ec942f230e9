// Services with their backends, those that get no new flows with the weight 0.
#include "control/desired/backends.hpp"
#include "control/desired/builder.hpp"

namespace sluice::control {
namespace {

void add_backends(Builder& builder, const ServiceState& state, api::Service& service)
{
    for (const BackendState& each : state.backends) {
        if (each.standing == Standing::unlisted) continue;
        const std::string address = each.backend.address.packed();
        api::Backend& out = *service.add_backends();
        out.set_id(builder.identifiers.backends.of(backend_name(service, address, each.backend.port)));
        out.set_address(address);
        out.set_port(each.backend.port);
        out.set_weight(each.usable ? each.backend.weight : 0);
        out.set_down(each.down);
    }
}

} // namespace

void add_services(Builder& builder)
{
    builder.out.services = states_of_services(builder.in, builder.out.problems, builder.out.warnings);
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
        service.set_forward(settings.forward == config::Service::Forward::direct ? api::DIRECT : api::DNAT);
        service.set_stateless(!settings.sessions);
        service.set_place(builder.in.place(settings.line));
        service.set_source(settings.registry.empty() ? "static" : "registry " + settings.registry);
        add_backends(builder, builder.out.services.at(name), service);
        builder.add(object);
    }
}

} // namespace sluice::control
