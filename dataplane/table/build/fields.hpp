// Fields of the contract as values of ours. The caller has validated the object: lengths are right.
#pragma once

#include <algorithm>
#include <string>

#include "dataplane/api/sluice.pb.h"
#include "dataplane/base/address.hpp"

namespace sluice::table {

[[nodiscard]] inline IpAddress ip_of(const std::string& packed)
{
    return IpAddress::unpack(packed).value_or(IpAddress{});
}

[[nodiscard]] inline MacAddress mac_of(const std::string& packed)
{
    MacAddress mac;
    std::copy_n(packed.begin(), std::min(packed.size(), mac.bytes.size()), mac.bytes.begin());
    return mac;
}

[[nodiscard]] inline Prefix prefix_of(const api::Address& address)
{
    return {ip_of(address.address()), address.length()};
}

// Numbers are bounded by validation before they get here.
template<class Number>
[[nodiscard]] std::uint16_t narrow(Number number)
{
    return static_cast<std::uint16_t>(number);
}

} // namespace sluice::table
