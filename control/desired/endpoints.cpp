// The way back from a backend is found by network, address, port and protocol alone (dataplane/table/README.md), so
// each of these belongs to one port of one service.
#include "control/desired/endpoints.hpp"

namespace sluice::control {
namespace {

constexpr std::size_t most_backends = 65'535; // of one service: a slot of the ring has 16 bits

bool is_direct(const config::Service& service)
{
    return service.forward == config::Service::Forward::direct;
}

std::uint16_t port_of(const config::Backend& backend, const config::ServicePort& port)
{
    return backend.port == 0 ? port.port : backend.port;
}

} // namespace

Endpoints::Endpoints(const config::Config& config)
{
    for (const auto& [name, service] : config.services) {
        if (is_direct(service)) // its backends answer as the service
            for (const config::ServicePort& port : service.ports)
                owners_.emplace(Endpoint{service.network, service.address, port.port, port.protocol},
                                Owner{name, port.port});
        for (const config::Backend& backend : service.backends)
            claim(name, service, backend);
    }
}

void Endpoints::keep(const std::string& name, const config::Service& service,
                     const std::vector<config::Backend>& listed, const std::vector<config::Backend>& programmed)
{
    std::set<std::pair<IpAddress, std::uint16_t>> in_use;
    for (const config::Backend& backend : programmed)
        in_use.emplace(backend.address, backend.port);
    for (const config::Backend& backend : listed)
        if (in_use.contains({backend.address, backend.port}) && !refusal(name, service, backend))
            claim(name, service, backend);
}

std::vector<config::Backend> Endpoints::fitting(const std::string& name, const config::Service& service,
                                                const std::vector<config::Backend>& listed, std::string& problem)
{
    std::vector<config::Backend> fit;
    std::string first;
    for (const config::Backend& backend : listed) {
        auto why = fit.size() == most_backends ? "has no room in a ring of 65535" : refusal(name, service, backend);
        if (!why) {
            claim(name, service, backend);
            fit.push_back(backend);
        } else if (first.empty()) {
            first = backend.address.text() + " " + *why;
        }
    }
    const std::size_t left_out = listed.size() - fit.size();
    if (left_out != 0)
        problem = std::to_string(left_out) + " of " + std::to_string(listed.size()) + " backends of service " + name +
                  " are left out: " + first;
    return fit;
}

std::optional<std::string> Endpoints::refusal(const std::string& name, const config::Service& service,
                                              const config::Backend& backend) const
{
    if (backend.address.is_v4() != service.address.is_v4())
        return "is of another family than " + service.address.text();
    if (is_direct(service)) return std::nullopt;
    std::set<Endpoint> own;
    for (const config::ServicePort& port : service.ports) {
        const Endpoint endpoint{service.network, backend.address, port_of(backend, port), port.protocol};
        const std::string at = "port " + std::to_string(std::get<2>(endpoint));
        if (const auto owner = owners_.find(endpoint);
            owner != owners_.end() && owner->second != Owner{name, backend.port})
            return at + " belongs to service " + owner->second.service;
        if (!own.insert(endpoint).second) return at + " would serve two ports of the service";
    }
    return std::nullopt;
}

void Endpoints::claim(const std::string& name, const config::Service& service, const config::Backend& backend)
{
    if (is_direct(service)) return;
    for (const config::ServicePort& port : service.ports)
        owners_.emplace(Endpoint{service.network, backend.address, port_of(backend, port), port.protocol},
                        Owner{name, backend.port});
}

} // namespace sluice::control
