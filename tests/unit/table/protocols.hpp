// The protocols of the sessions under test, by short names.
#pragma once

#include "dataplane/wire/ip_protocol.hpp"

namespace sluice {

inline constexpr std::uint8_t tcp = wire::IpProtocol::tcp;
inline constexpr std::uint8_t udp = wire::IpProtocol::udp;
inline constexpr std::uint8_t icmp4 = wire::IpProtocol::icmp;

} // namespace sluice
