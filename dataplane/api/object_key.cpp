#include "dataplane/api/object_key.hpp"

#include <cstdint>

namespace sluice::api {
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

std::string prefix_key(const Address& prefix)
{
    return sized(prefix.address()) + big_endian(prefix.length());
}

} // namespace

ObjectKey object_key(const Object& object)
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

} // namespace sluice::api
