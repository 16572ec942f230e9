// Rules about services and backends.
#include <algorithm>
#include <map>
#include <tuple>

#include "config/check_support.hpp"
#include "config/rules.hpp"

namespace sluice::config {
namespace {

std::string port_text(std::uint16_t port, Protocol protocol)
{
    return std::to_string(port) + (protocol == Protocol::tcp ? "/tcp" : "/udp");
}

std::string endpoint_text(const IpAddress& address, std::uint16_t port, Protocol protocol)
{
    const std::string host = address.is_v4() ? address.text() : "[" + address.text() + "]";
    return host + ":" + port_text(port, protocol);
}

using Endpoint = std::tuple<std::string, IpAddress, std::uint16_t, Protocol>;

// An answer from a backend is given its service's address again by network, address and port alone, so these
// must lead to one port of one service.
void claim_endpoints(const Service& service, const std::string& path, const Backend& backend,
                     Claims<Endpoint>& endpoints, Findings& findings)
{
    for (const ServicePort& port : service.ports) {
        const std::uint16_t at = backend.port == 0 ? port.port : backend.port;
        const auto clash = endpoints.claim({service.network, backend.address, at, port.protocol}, path);
        if (!clash) continue;
        const std::string endpoint = endpoint_text(backend.address, at, port.protocol);
        if (clash->earlier == clash->later)
            findings.error(path,
                           endpoint + " serves two ports of the service; leave its port out or make it two services");
        else
            findings.error(clash->later,
                           endpoint + " is also " + line_of(findings, clash->earlier) +
                               "; answers could not be told apart, so an endpoint belongs to one service");
    }
}

// Nobody turns answers back here: they carry the service's own address and port, so a backend has no port of its own
// and may serve several such services.
void check_direct_port(const Service& service, const std::string& path, const Backend& backend, Findings& findings)
{
    const auto is_kept = [&](const ServicePort& port) { return port.port == backend.port; };
    if (backend.port == 0 || std::all_of(service.ports.begin(), service.ports.end(), is_kept)) return;
    findings.error(path + ".port", std::to_string(backend.port) +
                                       " is not the service's port, which 'direct' leaves as it is; leave it out");
}

// A backend's answer and a direct service's would come from one address.
void check_direct_address(const Config& config, const Service& service, const std::string& path, const Backend& backend,
                          Findings& findings)
{
    for (const auto& [name, direct] : config.services)
        if (direct.forward == Service::Forward::direct && direct.network == service.network &&
            direct.address == backend.address)
            findings.error(path + ".address",
                           backend.address.text() + " is also " + line_of(findings, "services." + name + ".address") +
                               ", which that service's backends hold; write an address of the backend's own");
}

void check_reachable(const Config& config, const Service& service, const std::string& path, const Backend& backend,
                     Findings& findings)
{
    if (backend.address.is_v4() != service.address.is_v4())
        findings.error(path + ".address", backend.address.text() + " is of another family than the service's " +
                                              service.address.text() + "; write one of the same");
    if (!config.networks.contains(service.network)) return; // dangling is reported elsewhere; public is routed
    const auto reaches = [&](const StaticRoute& route) {
        return route.network == service.network && route.prefix.contains(backend.address);
    };
    const bool routed = std::any_of(config.routes.begin(), config.routes.end(), reaches);
    if (!routed && covering(prefixes_of(config, service.network), backend.address) == nullptr)
        findings.error(path + ".address", backend.address.text() + " is in no subnet and no route of network " +
                                              service.network + "; write one that is");
}

bool all_weights_zero(const Service& service)
{
    const auto is_zero = [](const Backend& backend) { return backend.weight == 0; };
    return !service.backends.empty() && std::all_of(service.backends.begin(), service.backends.end(), is_zero);
}

} // namespace

void check_service_names(const Config& config, Findings& findings)
{
    for (const auto& [name, service] : config.services) {
        const std::string path = "services." + name;
        require_network(config, service.network, path + ".network", findings);
        if (!service.registry.empty())
            require_name(config.registries, service.registry, "registry", path + ".backends.registry", findings);
    }
}

void check_service_addresses(const Config& config, Findings& findings)
{
    Claims<std::tuple<IpAddress, ServicePort>> ports(findings);
    std::map<IpAddress, std::string> ours;
    for (const PlacedPrefix& placed : own_addresses(config))
        ours.emplace(placed.prefix.address, placed.path);
    for (const auto& [name, service] : config.services) {
        const std::string path = "services." + name;
        if (const auto own = ours.find(service.address); own != ours.end())
            findings.error(path + ".address", service.address.text() + " is also " + line_of(findings, own->second) +
                                                  "; a service has an address of its own");
        for (std::size_t i = 0; i < service.ports.size(); ++i) {
            const ServicePort port = service.ports[i];
            const std::string at = item(path + ".ports", i);
            if (const auto clash = ports.claim({service.address, port}, at))
                findings.error(clash->later, endpoint_text(service.address, port.port, port.protocol) + " is also " +
                                                 line_of(findings, clash->earlier) +
                                                 "; an address and port is one service");
        }
    }
}

void check_backends(const Config& config, Findings& findings)
{
    Claims<Endpoint> endpoints(findings);
    for (const auto& [name, service] : config.services) {
        const std::string path = "services." + name + ".backends";
        if (!service.sessions && service.forward != Service::Forward::direct)
            findings.error("services." + name + ".sessions",
                           "without sessions a translated connection would break with every change of the backends; "
                           "write 'forward: direct' beside it or leave it out");
        if (service.backends.empty() && service.registry.empty())
            findings.error(path, "the service has no backend; list one or name a registry");
        if (all_weights_zero(service)) findings.warning(path, "every weight is 0, so no new flow finds a backend");
        for (std::size_t i = 0; i < service.backends.size(); ++i) {
            if (service.forward == Service::Forward::direct)
                check_direct_port(service, item(path, i), service.backends[i], findings);
            else
                claim_endpoints(service, item(path, i), service.backends[i], endpoints, findings);
            check_direct_address(config, service, item(path, i), service.backends[i], findings);
            check_reachable(config, service, item(path, i), service.backends[i], findings);
        }
    }
}

} // namespace sluice::config
