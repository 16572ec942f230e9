#include "dataplane/base/route_key.hpp"

#include <algorithm>

namespace sluice {
namespace {

// The first `length` of 64 bits; lengths beyond 64 cover all.
std::uint64_t first_bits(unsigned length)
{
    return length == 0 ? 0 : ~std::uint64_t{0} << (64 - std::min(length, 64U));
}

constexpr unsigned half = sizeof(std::uint64_t);

} // namespace

RouteKey RouteKey::of(const Prefix& prefix)
{
    RouteKey key;
    key.length = static_cast<std::uint8_t>(prefix.length);
    key.is_v6 = !prefix.address.is_v4();
    if (key.is_v6) {
        const auto bytes = prefix.address.v6().bytes;
        for (unsigned i = 0; i < half; ++i) {
            key.high = key.high << 8 | bytes[i];
            key.low = key.low << 8 | bytes[half + i];
        }
    } else {
        key.high = std::uint64_t{prefix.address.v4().value} << 32;
    }
    key.high &= first_bits(key.length);
    key.low &= first_bits(key.length > 64 ? key.length - 64U : 0);
    return key;
}

Prefix RouteKey::prefix() const
{
    if (!is_v6) return {Ipv4Address{static_cast<std::uint32_t>(high >> 32)}, length};
    Ipv6Address address;
    for (unsigned i = 0; i < half; ++i) {
        address.bytes[i] = static_cast<std::uint8_t>(high >> (56 - 8 * i));
        address.bytes[half + i] = static_cast<std::uint8_t>(low >> (56 - 8 * i));
    }
    return {address, length};
}

} // namespace sluice
