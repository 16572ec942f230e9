#include "dataplane/table/build/describe.hpp"

#include "dataplane/base/address.hpp"

namespace sluice::table {
namespace {

using Kind = api::Object::KindCase;

std::string address_text(const std::string& packed)
{
    const auto address = IpAddress::unpack(packed);
    return address ? address->text() : "(" + std::to_string(packed.size()) + " bytes)";
}

std::string prefix_text(const api::Address& prefix)
{
    return address_text(prefix.address()) + "/" + std::to_string(prefix.length());
}

// The place in the user's file, where the control process told one.
std::string placed(const std::string& place, const std::string& text)
{
    return place.empty() ? text : place + ": " + text;
}

std::string named(const std::string& kind, const std::string& name, std::uint32_t id)
{
    return kind + " " + (name.empty() ? std::to_string(id) : name);
}

} // namespace

std::string describe(const api::Object& object)
{
    switch (object.kind_case()) {
    case Kind::kInterface:
        return named("interface", object.interface().name(), object.interface().id());
    case Kind::kNetwork:
        return named("network", object.network().name(), object.network().id());
    case Kind::kRoute:
        return "route " + prefix_text(object.route().prefix()) + " in network " +
               std::to_string(object.route().network());
    case Kind::kNeighbor:
        return "neighbor " + address_text(object.neighbor().address()) + " on interface " +
               std::to_string(object.neighbor().interface());
    case Kind::kGtpuTunnel:
        return "gtpu tunnel teid " + std::to_string(object.gtpu_tunnel().teid());
    case Kind::kPool:
        return named("pool", object.pool().name(), object.pool().id());
    case Kind::kNatRule:
        return placed(object.nat_rule().place(), "nat rule " + std::to_string(object.nat_rule().order()));
    case Kind::kEip:
        return placed(object.eip().place(), "eip " + address_text(object.eip().public_address()));
    case Kind::kService:
        return placed(object.service().place(), named("service", object.service().name(), object.service().id()));
    case Kind::kSettings:
        return "settings";
    case Kind::KIND_NOT_SET:
        break;
    }
    return "object without a kind";
}

} // namespace sluice::table
