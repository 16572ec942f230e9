// Services: what the ring, the service map and the reverse map can hold.
#include <map>
#include <set>
#include <tuple>

#include "dataplane/table/build/describe.hpp"
#include "dataplane/table/build/fields.hpp"
#include "dataplane/table/build/validate.hpp"
#include "dataplane/wire/ip_protocol.hpp"

namespace sluice::table {
namespace {

constexpr std::uint32_t max_port = 0xFFFF;
constexpr int max_backends = 0xFFFF; // a slot of the ring has 16 bits

using Endpoint = std::tuple<std::uint32_t, std::string, std::uint32_t, std::uint32_t>; // scope, address, port, protocol

Verdict check_port(std::uint32_t port)
{
    if (port >= 1 && port <= max_port) return {};
    return refuse("the port " + std::to_string(port) + " is not within 1..65535");
}

Verdict check_ports(const api::Service& service)
{
    for (const api::ServicePort& port : service.ports()) {
        if (const auto good = check_port(port.port()); !good) return good;
        if (port.protocol() != wire::IpProtocol::tcp && port.protocol() != wire::IpProtocol::udp)
            return refuse("the protocol " + std::to_string(port.protocol()) + " is neither TCP (6) nor UDP (17)");
    }
    return {};
}

// Nobody changes ports on the way to a backend that gets packets as they are.
Verdict check_mode(const api::Service& service)
{
    if (service.forward() != api::DNAT && service.forward() != api::DIRECT)
        return refuse("the way of forwarding " + std::to_string(service.forward()) + " is not known here");
    if (service.forward() == api::DNAT)
        return service.stateless() ? refuse("only a direct service can do without sessions") : Verdict{};
    for (const api::Backend& backend : service.backends())
        for (const api::ServicePort& port : service.ports())
            if (backend.port() != 0 && backend.port() != port.port())
                return refuse("backend " + ip_of(backend.address()).text() + " has port " +
                              std::to_string(backend.port()) + ", but gets packets to port " +
                              std::to_string(port.port()) + " unchanged");
    return {};
}

Verdict check_backend(const api::Backend& backend, const api::Service& service)
{
    if (backend.id() >= Bounds::backends)
        return refuse("the backend id " + std::to_string(backend.id()) + " is not below 1048576");
    if (const auto good = check_address(backend.address()); !good) return good;
    if (backend.address().size() != service.address().size())
        return refuse("backend " + ip_of(backend.address()).text() + " is not of the service address's family");
    return backend.port() == 0 ? Verdict{} : check_port(backend.port());
}

std::string text(const Endpoint& endpoint)
{
    return ip_of(std::get<1>(endpoint)).text() + " port " + std::to_string(std::get<2>(endpoint)) + " protocol " +
           std::to_string(std::get<3>(endpoint));
}

// Each of these leads to one service, or a packet could mean two.
class Endpoints {
public:
    Verdict add(const Endpoint& endpoint, const api::Object& owner)
    {
        const auto [place, is_new] = owners_.try_emplace(endpoint, &owner);
        if (is_new) return {};
        if (place->second == &owner) return refuse(text(endpoint) + " stands in it twice");
        return refuse(text(endpoint) + " belongs to " + describe(*place->second) + " already");
    }

private:
    std::map<Endpoint, const api::Object*> owners_;
};

struct Seen {
    Endpoints fronts;
    Endpoints backends;
    std::map<std::uint32_t, std::string> backend_ids;
};

// The way back is found by backend endpoint and protocol alone, so one endpoint cannot serve two ports of one protocol.
// What comes back from a direct service's backends has the service's endpoint.
Verdict check_endpoints(const api::Object& object, Seen& seen)
{
    const api::Service& service = object.service();
    for (const api::ServicePort& port : service.ports()) {
        if (auto good = seen.fronts.add({public_network, service.address(), port.port(), port.protocol()}, object);
            !good)
            return good;
        if (service.forward() == api::DIRECT) {
            const Endpoint endpoint{service.network(), service.address(), port.port(), port.protocol()};
            if (auto good = seen.backends.add(endpoint, object); !good) return good;
            continue;
        }
        for (const api::Backend& backend : service.backends()) {
            const std::uint32_t at = backend.port() == 0 ? port.port() : backend.port();
            const Endpoint endpoint{service.network(), backend.address(), at, port.protocol()};
            if (auto good = seen.backends.add(endpoint, object); !good) return good;
        }
    }
    for (const api::Backend& backend : service.backends()) {
        const auto [place, is_new] = seen.backend_ids.try_emplace(backend.id(), describe(object));
        if (!is_new) return refuse("the backend id " + std::to_string(backend.id()) + " is used in " + place->second);
    }
    return {};
}

} // namespace

Verdict check_service(const api::Service& service)
{
    if (service.id() >= Bounds::services)
        return refuse("the id " + std::to_string(service.id()) + " is not below 65536");
    if (const auto good = check_address(service.address()); !good) return good;
    if (service.backends_size() > max_backends)
        return refuse(std::to_string(service.backends_size()) + " backends are more than 65535");
    for (const api::Backend& backend : service.backends())
        if (const auto good = check_backend(backend, service); !good) return good;
    if (const auto good = check_mode(service); !good) return good;
    return check_ports(service);
}

Result<void> validate_service_set(const ObjectStore& objects)
{
    Seen seen;
    for (const auto& [key, object] : objects.of(Kind::kService))
        if (const auto good = check_endpoints(object, seen); !good) return fail(describe(object), good.error());
    return {};
}

} // namespace sluice::table
