// Forwarder::dispatch: a packet whose treatment is known leaves, or waits, or dies. The way is found before anything is
// changed, so that a packet that cannot go on is still as its sender made it.
#pragma once

#include "dataplane/wire/tcp.hpp"
#include "pipelines/forwarder.hpp"
#include "pipelines/ip/drops.hpp"
#include "pipelines/translate/rewrite.hpp"

namespace sluice {

template<class Family, class Rewrite>
Verdict Forwarder::dispatch(Packet& packet, const Target<Family>& target, Rewrite&& rewrite) noexcept
{
    ip::Way way;
    if (const Verdict verdict = find_way<Family>(packet, target, way); !verdict.goes_on()) return verdict;
    auto& ip = ip_header<Family>(packet);
    if (!packet.originated && Family::hop_limit(ip) <= 1)
        return Verdict::answer(ip::RouteDrop::hop_limit_exceeded, Problem::hop_limit_exceeded);
    if (packet.l3_length > way.exit->mtu)
        return Verdict::answer(ip::RouteDrop::too_big, Problem::too_big, way.exit->mtu);

    const bool opens_tcp = packet.protocol == wire::IpProtocol::tcp && packet.has_ports &&
                           (packet.at<wire::Tcp>(packet.l4)->flags & wire::Tcp::syn) != 0;
    if (opens_tcp && tables_.settings.mss_clamp) {
        const std::uint16_t back = ip::mtu_to<Family>(tables_, packet.network, Family::source(ip), packet.hash);
        translate::clamp_mss<Family>(*packet.at<wire::Tcp>(packet.l4), std::min(way.exit->mtu, back));
    }
    rewrite(packet);
    if (!packet.originated) Family::decrement_hop_limit(ip);
    return send(packet, way);
}

} // namespace sluice
