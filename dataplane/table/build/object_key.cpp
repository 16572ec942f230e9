// Keys and names, one line per kind.
#include "dataplane/table/build/object_key.hpp"

#include "dataplane/base/address.hpp"

namespace sluice::table {
namespace {

std::string big_endian(std::uint32_t value)
{
    std::string out;
    for (const unsigned shift : {24U, 16U, 8U, 0U})
        out += static_cast<char>(value >> shift & 0xFFU);
    return out;
}

// The length comes first, so that IPv4 sorts before IPv6.
std::string sized(const std::string& address)
{
    return static_cast<char>(address.size()) + address;
}

std::string prefix_key(const api::Address& prefix)
{
    return sized(prefix.address()) + big_endian(prefix.length());
}

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

ObjectKey object_key(const api::Object& object)
{
    const Kind kind = object.kind_case();
    switch (kind) {
    case Kind::kInterface:
        return {kind, big_endian(object.interface().id())};
    case Kind::kNetwork:
        return {kind, big_endian(object.network().id())};
    case Kind::kRoute:
        return {kind, big_endian(object.route().network()) + prefix_key(object.route().prefix())};
    case Kind::kNeighbor:
        return {kind, big_endian(object.neighbor().interface()) + sized(object.neighbor().address())};
    case Kind::kGtpuTunnel:
        return {kind, big_endian(object.gtpu_tunnel().teid())};
    case Kind::kPool:
        return {kind, big_endian(object.pool().id())};
    case Kind::kNatRule:
        return {kind, big_endian(object.nat_rule().order())};
    case Kind::kEip:
        return {kind, sized(object.eip().public_address())};
    case Kind::kService:
        return {kind, big_endian(object.service().id())};
    case Kind::kSettings:
    case Kind::KIND_NOT_SET:
        break;
    }
    return {kind, {}};
}

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
