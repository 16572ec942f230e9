#include "dataplane/table/snapshot.hpp"

#include <bit>
#include <cstring>

namespace sluice::table {

AddressKey key_of(std::uint16_t scope, const IpAddress& address, std::uint16_t raw_port, std::uint8_t protocol)
{
    AddressKey key{{}, scope, raw_port, protocol, static_cast<std::uint8_t>(address.is_v4() ? 4 : 6), 0};
    if (address.is_v4()) {
        const std::uint32_t raw = __builtin_bswap32(address.v4().value);
        std::memcpy(key.address.data(), &raw, sizeof raw);
    } else {
        key.address = address.v6().bytes;
    }
    return key;
}

IpAddress Tunnel::inner_address() const noexcept
{
    if (inner_family == 6) return Ipv6Address{inner};
    std::uint32_t raw = 0;
    std::memcpy(&raw, inner.data(), sizeof raw);
    return Ipv4Address{__builtin_bswap32(raw)};
}

const std::string& network_name(const Snapshot& tables, std::size_t network)
{
    static const std::string unknown;
    return network < tables.networks.size() ? tables.networks[network].name : unknown;
}

} // namespace sluice::table
