#include "pipelines/ip/echo.hpp"

#include <utility>

namespace sluice::ip {
namespace {

void reset_hop_limit(wire::Ipv4& ip)
{
    const wire::Be16 before{static_cast<std::uint16_t>((ip.ttl << 8) | ip.protocol)};
    const wire::Be16 after{static_cast<std::uint16_t>((wire::own_hop_limit << 8) | ip.protocol)};
    wire::Delta delta;
    delta.replace(before, after);
    delta.apply(ip.checksum);
    ip.ttl = wire::own_hop_limit;
}

void reset_hop_limit(wire::Ipv6& ip)
{
    ip.hop_limit = wire::own_hop_limit;
}

} // namespace

template<class Family>
bool is_echo_request(const Packet& packet) noexcept
{
    if (packet.protocol != Family::icmp || packet.fragment) return false;
    return packet.at<wire::IcmpEcho>(packet.l4)->type == Family::Icmp::echo_request; // parse saw the header whole
}

template<class Family>
void turn_into_reply(Packet& packet) noexcept
{
    auto& ip = ip_header<Family>(packet);
    std::swap(ip.source, ip.destination); // the same words in another order: no sum changes
    reset_hop_limit(ip);
    auto* icmp = packet.at<wire::IcmpEcho>(packet.l4);
    const wire::Be16 before{static_cast<std::uint16_t>((icmp->type << 8) | icmp->code)};
    icmp->type = Family::Icmp::echo_reply;
    const wire::Be16 after{static_cast<std::uint16_t>((icmp->type << 8) | icmp->code)};
    wire::Delta delta;
    delta.replace(before, after);
    delta.apply(icmp->checksum);
    std::swap(packet.source_port, packet.destination_port);
}

template bool is_echo_request<V4>(const Packet&) noexcept;
template bool is_echo_request<V6>(const Packet&) noexcept;
template void turn_into_reply<V4>(Packet&) noexcept;
template void turn_into_reply<V6>(Packet&) noexcept;

} // namespace sluice::ip
