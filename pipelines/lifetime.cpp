#include "pipelines/lifetime.hpp"

#include <algorithm>

#include "dataplane/wire/ip_protocol.hpp"
#include "dataplane/wire/tcp.hpp"

namespace sluice {

Lifetime lifetime(std::uint8_t protocol, std::uint8_t forward, std::uint8_t reverse,
                  const table::Settings& settings) noexcept
{
    using wire::Tcp;
    if (protocol == wire::IpProtocol::udp) return {"active", settings.udp_s};
    if (protocol != wire::IpProtocol::tcp) return {"active", settings.icmp_s};
    if (((forward | reverse) & Tcp::rst) != 0) return {"reset", settings.tcp_transitory_s};
    if ((forward & reverse & Tcp::fin) != 0) return {"closing", settings.tcp_transitory_s};
    if ((forward & Tcp::ack) == 0) return {"opening", settings.tcp_transitory_s};
    return {"established", settings.tcp_established_s};
}

std::uint32_t shortest_lifetime(std::uint8_t protocol, const table::Settings& settings) noexcept
{
    if (protocol == wire::IpProtocol::udp) return settings.udp_s;
    if (protocol != wire::IpProtocol::tcp) return settings.icmp_s;
    return std::min(settings.tcp_transitory_s, settings.tcp_established_s);
}

} // namespace sluice
