#include "pipelines/gtpu/echo.hpp"

#include "dataplane/burst/family.hpp"
#include "dataplane/burst/writable.hpp"
#include "dataplane/wire/checksum.hpp"
#include "dataplane/wire/gtpu.hpp"
#include "dataplane/wire/gtpu_extension.hpp"
#include "dataplane/wire/ip_protocol.hpp"
#include "dataplane/wire/udp.hpp"
#include "pipelines/gtpu/drops.hpp"

namespace sluice::gtpu {
namespace {

struct EchoResponse {
    wire::Gtpu header;
    wire::GtpuOptional optional;
    wire::GtpuRecovery recovery;
};
static_assert(wire::is_wire_layout<EchoResponse, 14>);

void turn_around(wire::Ipv4& ip, std::uint16_t length)
{
    std::swap(ip.source, ip.destination);
    ip.total_length = wire::Be16{length};
    ip.ttl = wire::own_hop_limit;
    ip.checksum = wire::Be16{0};
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&ip);
    ip.checksum = wire::ipv4_checksum({bytes, ip.header_length()});
}

void turn_around(wire::Ipv6& ip, std::uint16_t length)
{
    std::swap(ip.source, ip.destination);
    ip.payload_length = wire::Be16{static_cast<std::uint16_t>(length - sizeof ip)};
    ip.hop_limit = wire::own_hop_limit;
}

template<class Family>
void finish(Packet& packet, std::uint16_t at)
{
    auto& ip = ip_header<Family>(packet);
    auto* udp = packet.at<wire::Udp>(packet.l4);
    const auto length = static_cast<std::uint16_t>(sizeof *udp + sizeof(EchoResponse));
    turn_around(ip, static_cast<std::uint16_t>(at + sizeof(EchoResponse)));
    *udp = {udp->destination, udp->source, wire::Be16{length}, wire::Udp::no_checksum};
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(udp);
    udp->checksum = wire::udp_checksum(ip, {bytes, length});
}

} // namespace

Opened answer_echo(Packet& packet, std::uint16_t at) noexcept
{
    const auto* request = packet.at<wire::Gtpu>(at);
    const auto* optional = packet.at<wire::GtpuOptional>(at + sizeof *request);
    const bool numbered = request->has_sequence() && optional != nullptr;
    const wire::Be16 sequence = numbered ? optional->sequence : wire::Be16{0};

    // The response has one length whatever the request carried, so the rest is cut and what is missing appended.
    const auto length = static_cast<std::uint16_t>(at + sizeof(EchoResponse));
    trim_to(packet.mbuf, length);
    const auto missing = static_cast<std::uint16_t>(length - packet.mbuf->pkt_len);
    if (missing != 0 && rte_pktmbuf_append(packet.mbuf, missing) == nullptr) return {Verdict::drop(Drop::truncated)};
    auto* response = packet.at<EchoResponse>(at);
    if (response == nullptr) return {Verdict::drop(Drop::truncated)};
    response->header = {wire::Gtpu::plain | wire::Gtpu::sequence_flag, wire::GtpuMessage::echo_response,
                        wire::Be16{sizeof(EchoResponse) - sizeof(wire::Gtpu)}, wire::Be32{0}};
    response->optional = {sequence, 0, wire::GtpuExtension::none};
    response->recovery = {wire::GtpuRecovery::recovery, 0};
    packet.l3_length = length;
    if (packet.family == V4::family)
        finish<V4>(packet, at);
    else
        finish<V6>(packet, at);
    return {Verdict::next(), Message::reply};
}

} // namespace sluice::gtpu
