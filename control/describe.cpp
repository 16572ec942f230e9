// Sentences, not a dump: what an operator needs to recognise the thing in the configuration file.
#include "control/describe.hpp"

#include <algorithm>

#include "control/delta.hpp"
#include "dataplane/base/address.hpp"

namespace sluice::control {
namespace {

std::string address_text(const std::string& packed)
{
    const auto address = IpAddress::unpack(packed);
    return address ? address->text() : "-";
}

std::string mac_text(const std::string& packed)
{
    MacAddress mac;
    if (packed.size() != mac.bytes.size()) return "-";
    std::copy(packed.begin(), packed.end(), mac.bytes.begin());
    return mac.text();
}

std::string prefix_text(const api::Address& prefix)
{
    return address_text(prefix.address()) + "/" + std::to_string(prefix.length());
}

std::string hop_text(const api::NextHop& hop)
{
    if (hop.has_vxlan()) return "vtep " + address_text(hop.vxlan().vtep()) + " mac " + mac_text(hop.vxlan().mac());
    if (hop.has_gtpu())
        return "gtpu peer " + address_text(hop.gtpu().peer()) + " teid " + std::to_string(hop.gtpu().teid());
    const std::string interface = "interface " + std::to_string(hop.interface());
    return hop.gateway().empty() ? interface : address_text(hop.gateway()) + " on " + interface;
}

std::string route_text(const api::Route& route)
{
    std::string text = "route " + prefix_text(route.prefix()) + " in network " + std::to_string(route.network());
    for (const api::NextHop& hop : route.hops())
        text += " via " + hop_text(hop);
    return text;
}

std::string service_text(const api::Service& service)
{
    std::string text = "service " + service.name() + " " + address_text(service.address());
    for (const api::ServicePort& port : service.ports())
        text += ":" + std::to_string(port.port());
    if (service.forward() == api::DIRECT) text += service.stateless() ? " direct without sessions" : " direct";
    for (const api::Backend& backend : service.backends()) {
        const std::string port = backend.port() == 0 ? "" : ":" + std::to_string(backend.port());
        text += ", " + address_text(backend.address()) + port + " weight " + std::to_string(backend.weight());
        if (backend.down()) text += " (down)";
    }
    return text;
}

std::string interface_text(const api::Interface& interface)
{
    std::string text = "interface " + interface.name();
    for (const api::Address& address : interface.addresses())
        text += " " + prefix_text(address);
    if (interface.terminates_vxlan()) text += " terminates vxlan";
    if (interface.terminates_gtpu()) text += " terminates gtpu";
    return text;
}

} // namespace

std::string describe(const api::Object& object)
{
    using Object = api::Object;
    switch (object.kind_case()) {
    case Object::kInterface:
        return interface_text(object.interface());
    case Object::kNetwork:
        return "network " + object.network().name() + " vni " + std::to_string(object.network().vni()) + " mtu " +
               std::to_string(object.network().mtu()) +
               (object.network().presence() ? " with the gateway's presence" : "");
    case Object::kRoute:
        return route_text(object.route());
    case Object::kNeighbor:
        return "neighbor " + address_text(object.neighbor().address()) + " " + mac_text(object.neighbor().mac()) +
               " on interface " + std::to_string(object.neighbor().interface());
    case Object::kGtpuTunnel:
        return "gtpu session " + address_text(object.gtpu_tunnel().ue()) + " teid " +
               std::to_string(object.gtpu_tunnel().teid()) + " peer " + address_text(object.gtpu_tunnel().peer());
    case Object::kPool:
        return "pool " + object.pool().name();
    case Object::kNatRule:
        return "nat.rules[" + std::to_string(object.nat_rule().order()) + "] " +
               prefix_text(object.nat_rule().source());
    case Object::kEip:
        return "eip " + address_text(object.eip().public_address()) + " for " +
               address_text(object.eip().private_address());
    case Object::kService:
        return service_text(object.service());
    case Object::kSettings:
        return "settings";
    case Object::KIND_NOT_SET:
        break;
    }
    return "unknown object";
}

std::vector<std::string> describe_changes(const ObjectSet& programmed, const ObjectSet& wanted)
{
    const api::Transaction transaction = delta(programmed, wanted);
    std::vector<std::string> lines;
    for (const api::Object& object : transaction.remove()) {
        const auto old = programmed.find(object_key(object));
        lines.push_back("- " + describe(old == programmed.end() ? object : old->second));
    }
    for (const api::Object& object : transaction.upsert())
        lines.push_back((programmed.contains(object_key(object)) ? "~ " : "+ ") + describe(object));
    return lines;
}

} // namespace sluice::control
