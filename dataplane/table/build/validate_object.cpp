// Forwarding objects by themselves: interface, network, route, neighbour, GTP-U tunnel, settings.
#include <algorithm>

#include "dataplane/api/route_set.hpp"
#include "dataplane/table/build/describe.hpp"
#include "dataplane/table/build/fields.hpp"
#include "dataplane/table/build/validate.hpp"
#include "dataplane/wire/endian.hpp"
#include "dataplane/wire/ethernet.hpp"

namespace sluice::table {
namespace {

constexpr std::uint32_t max_u16 = 0xFFFF;

Verdict check_interface_id(std::uint32_t id, const std::vector<Interface>& fixed)
{
    if (id < fixed.size()) return {};
    return refuse("interface " + std::to_string(id) + " does not exist, there are " + std::to_string(fixed.size()));
}

Verdict check_mac(const std::string& packed)
{
    if (packed.size() != 6) return refuse("a MAC address has 6 bytes, not " + std::to_string(packed.size()));
    const MacAddress mac = mac_of(packed);
    if (wire::is_multicast(mac.bytes)) return refuse(mac.text() + " is a group address, one machine's is needed");
    return {};
}

Verdict check_interface(const api::Interface& interface, const std::vector<Interface>& fixed)
{
    if (const auto known = check_interface_id(interface.id(), fixed); !known) return known;
    const std::string& name = fixed[interface.id()].name;
    if (!interface.name().empty() && interface.name() != name)
        return refuse("interface " + std::to_string(interface.id()) + " is " + name + " here");
    for (const api::Address& address : interface.addresses()) {
        if (const auto good = check_address(address.address()); !good) return good;
        if (address.length() > ip_of(address.address()).bits())
            return refuse("the length /" + std::to_string(address.length()) + " is longer than its address");
    }
    return {};
}

Verdict check_network(const api::Network& network)
{
    if (network.id() == public_network || network.id() >= Bounds::networks)
        return refuse("the id " + std::to_string(network.id()) + " is not within 1..4095 (0 is the public network)");
    if (network.vni() > wire::Be24::max)
        return refuse("the VNI " + std::to_string(network.vni()) + " has over 24 bits");
    if (network.mtu() > max_u16) return refuse("the mtu " + std::to_string(network.mtu()) + " is above 65535");
    for (const api::Subnet& subnet : network.subnets()) {
        if (const auto good = check_prefix(subnet.prefix()); !good) return good;
        if (subnet.gateway().empty()) continue;
        if (const auto good = check_address(subnet.gateway()); !good) return good;
        const IpAddress gateway = ip_of(subnet.gateway());
        const Prefix prefix = prefix_of(subnet.prefix());
        if (!prefix.contains(gateway)) return refuse("the gateway " + gateway.text() + " is not in " + prefix.text());
    }
    return {};
}

Verdict check_hop(const api::NextHop& hop, const std::vector<Interface>& fixed)
{
    if (hop.has_vxlan() && hop.has_gtpu()) return refuse("a next hop is VXLAN or GTP-U, not both");
    if (hop.has_gtpu()) return check_address(hop.gtpu().peer());
    if (hop.has_vxlan()) {
        if (hop.vxlan().vni() == 0 || hop.vxlan().vni() > wire::Be24::max)
            return refuse("the VNI " + std::to_string(hop.vxlan().vni()) + " of a next hop is not within 1..16777215");
        if (const auto good = check_address(hop.vxlan().vtep()); !good) return good;
        return check_mac(hop.vxlan().mac());
    }
    if (const auto known = check_interface_id(hop.interface(), fixed); !known) return known;
    return hop.gateway().empty() ? Verdict{} : check_address(hop.gateway());
}

template<class Hops>
Verdict check_hops(const Hops& hops, const std::vector<Interface>& fixed)
{
    if (hops.size() > Bounds::hops)
        return refuse(std::to_string(hops.size()) + " next hops are more than " + std::to_string(Bounds::hops));
    for (const api::NextHop& hop : hops)
        if (const auto good = check_hop(hop, fixed); !good) return good;
    return {};
}

Verdict check_route(const api::Route& route, const std::vector<Interface>& fixed)
{
    if (const auto good = check_prefix(route.prefix()); !good) return good;
    return check_hops(route.hops(), fixed);
}

Verdict check_learned_group(const api::RouteGroup& group, const std::vector<Interface>& fixed)
{
    if (const auto good = check_hops(group.hops(), fixed); !good) return good;
    const auto is_tunnel = [](const api::NextHop& hop) { return hop.has_vxlan() || hop.has_gtpu(); };
    if (std::any_of(group.hops().begin(), group.hops().end(), is_tunnel))
        return refuse("a learned next hop leads to a link, not into a tunnel");
    return {};
}

Verdict check_neighbor(const api::Neighbor& neighbor, const std::vector<Interface>& fixed)
{
    if (const auto known = check_interface_id(neighbor.interface(), fixed); !known) return known;
    if (const auto good = check_address(neighbor.address()); !good) return good;
    return check_mac(neighbor.mac());
}

Verdict check_gtpu_tunnel(const api::GtpuTunnel& tunnel)
{
    if (const auto good = check_address(tunnel.ue()); !good) return good;
    return check_address(tunnel.peer());
}

Verdict check_settings(const api::Settings& settings)
{
    for (const std::string* address : {&settings.vtep(), &settings.gtpu_endpoint()})
        if (const auto good = address->empty() ? Verdict{} : check_address(*address); !good) return good;
    if (settings.vxlan_port() > max_u16)
        return refuse("the VXLAN port " + std::to_string(settings.vxlan_port()) + " is above 65535");
    if (!settings.router_id().empty() && settings.router_id().size() != 4)
        return refuse("the router id has 4 bytes, not " + std::to_string(settings.router_id().size()));
    return settings.gateway_mac().empty() ? Verdict{} : check_mac(settings.gateway_mac());
}

Verdict check(const api::Object& object, const std::vector<Interface>& fixed)
{
    switch (object.kind_case()) {
    case Kind::kInterface:
        return check_interface(object.interface(), fixed);
    case Kind::kNetwork:
        return check_network(object.network());
    case Kind::kRoute:
        return check_route(object.route(), fixed);
    case Kind::kNeighbor:
        return check_neighbor(object.neighbor(), fixed);
    case Kind::kGtpuTunnel:
        return check_gtpu_tunnel(object.gtpu_tunnel());
    case Kind::kPool:
    case Kind::kNatRule:
    case Kind::kEip:
        return check_translation(object);
    case Kind::kService:
        return check_service(object.service());
    case Kind::kSettings:
        return check_settings(object.settings());
    case Kind::KIND_NOT_SET:
        break;
    }
    return refuse("of a kind this version does not know");
}

} // namespace

Verdict check_address(const std::string& packed)
{
    if (IpAddress::unpack(packed)) return {};
    return refuse("an address has 4 or 16 bytes, not " + std::to_string(packed.size()));
}

Verdict check_prefix(const api::Address& prefix)
{
    if (const auto good = check_address(prefix.address()); !good) return good;
    const Prefix read = prefix_of(prefix);
    if (read.length > read.address.bits())
        return refuse("the prefix length /" + std::to_string(read.length) + " is longer than its address");
    if (read.masked() != read)
        return refuse(read.text() + " has host bits, " + read.masked().text() + " is the prefix");
    return {};
}

Result<void> validate_object(const api::Object& object, const std::vector<Interface>& fixed)
{
    const Verdict verdict = check(object, fixed);
    if (!verdict) return fail(describe(object), verdict.error());
    return {};
}

Result<void> validate_learned(const api::RouteSet& routes, const std::vector<Interface>& fixed)
{
    for (const api::RouteGroup& group : routes.groups())
        if (const Verdict verdict = check_learned_group(group, fixed); !verdict)
            return fail("learned routes", verdict.error());
    return api::check(routes, true);
}

} // namespace sluice::table
