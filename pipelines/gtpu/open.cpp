// From a peer: which message, and for a G-PDU the tunnel's header off. TS 29.281 sections 5.1, 5.2, 6.1 and 7.
#include <span>

#include "dataplane/burst/datagram.hpp"
#include "dataplane/burst/family.hpp"
#include "dataplane/wire/gtpu.hpp"
#include "dataplane/wire/gtpu_element.hpp"
#include "dataplane/wire/gtpu_extension.hpp"
#include "dataplane/wire/udp.hpp"
#include "pipelines/gtpu/drops.hpp"
#include "pipelines/gtpu/echo.hpp"
#include "pipelines/gtpu/gtpu.hpp"

namespace sluice::gtpu {
namespace {

bool understands(std::uint8_t type)
{
    return type == wire::GtpuExtension::pdu_session_container; // its QFI changes nothing here (TS 38.415)
}

// Length of everything in front of the message, or the drop.
tl::expected<std::uint16_t, Drop> header_length(const Packet& packet, const wire::Gtpu& header, std::uint16_t at)
{
    if (!header.has_optional()) return static_cast<std::uint16_t>(sizeof header);
    const auto* optional = packet.at<wire::GtpuOptional>(at + sizeof header);
    const auto fixed = static_cast<std::uint16_t>(sizeof header + sizeof *optional);
    if (optional == nullptr || header.length.host() < sizeof *optional) return tl::unexpected(Drop::truncated);
    if (!header.has_extension()) return fixed;
    const auto* start = rte_pktmbuf_mtod_offset(packet.mbuf, const std::uint8_t*, at + fixed);
    const std::size_t said = header.length.host() - sizeof *optional;
    const std::size_t there = packet.mbuf->data_len - std::size_t{at} - fixed;
    const auto extensions =
        wire::skip_gtpu_extensions(optional->next_extension, std::span(start, std::min(said, there)), understands);
    if (extensions) return static_cast<std::uint16_t>(fixed + *extensions);
    const bool unknown = extensions.error() == wire::GtpuExtensionError::not_understood;
    return tl::unexpected(unknown ? Drop::extension_required : Drop::extension_malformed);
}

Opened deliver(Packet& packet, const table::Snapshot& tables, std::uint32_t teid, std::uint16_t front)
{
    const table::GtpuTerminus* terminus = tables.teids.find(teid);
    if (terminus == nullptr) return {Verdict::drop(Drop::teid_unknown)};
    const auto* first = packet.at<std::uint8_t>(front);
    if (first == nullptr || front >= packet.l3_length) return {Verdict::drop(Drop::truncated)};
    packet.family = (*first >> 4) == 6 ? 6 : 4; // parse_ip refuses any other version
    packet.network = terminus->network;
    packet.peer_tunnel = teid;
    packet.from_tunnel = true;
    packet.strip(front);
    return {Verdict::next(), Message::inner};
}

// A path message that is longer than the first segment counts as cut off: it carries no payload that would make it so.
bool has_elements(const Packet& packet, std::uint8_t message, std::uint16_t front)
{
    const std::uint32_t end = std::min<std::uint32_t>(packet.l3_length, packet.mbuf->data_len);
    const auto* start = rte_pktmbuf_mtod_offset(packet.mbuf, const std::uint8_t*, front); // header_length saw up to it
    return packet.l3_length == end && wire::are_gtpu_elements(message, std::span(start, end - front));
}

// What is not a G-PDU concerns the path, or tells about a tunnel.
Opened path_message(Packet& packet, std::uint8_t type, std::uint16_t at, std::uint16_t behind)
{
    if (!wire::GtpuMessage::is_about_path(type)) return {Verdict::drop(Drop::message_unknown)};
    if (!has_elements(packet, type, behind)) return {Verdict::drop(Drop::element_malformed)};
    switch (type) {
    case wire::GtpuMessage::echo_request:
        return answer_echo(packet, at);
    case wire::GtpuMessage::echo_response:
        return {Verdict::consume(Consumed::echo_response)};
    case wire::GtpuMessage::error_indication:
        return {Verdict::consume(Consumed::error_indication)};
    case wire::GtpuMessage::end_marker:
        return {Verdict::consume(Consumed::end_marker)};
    default:
        return {Verdict::consume(Consumed::extension_notification)};
    }
}

} // namespace

Opened open(Packet& packet, const table::Snapshot& tables) noexcept
{
    if (packet.fragment) return {Verdict::drop(Drop::outer_fragment)};
    trim_to_datagram(packet);
    const auto at = static_cast<std::uint16_t>(packet.l4 + sizeof(wire::Udp));
    const auto* header = packet.at<wire::Gtpu>(at);
    if (header == nullptr || at + sizeof *header > packet.l3_length) return {Verdict::drop(Drop::truncated)};
    if (header->version() != wire::Gtpu::version_1) return {Verdict::drop(Drop::version_unknown)};
    if (!header->is_gtp()) return {Verdict::drop(Drop::not_gtp)};
    const auto* udp = packet.at<wire::Udp>(packet.l4);
    if (udp->length.host() != sizeof *udp + sizeof *header + header->length.host())
        return {Verdict::drop(Drop::length_mismatch)};
    const auto front = header_length(packet, *header, at);
    if (!front) return {Verdict::drop(front.error())};

    const auto behind = static_cast<std::uint16_t>(at + *front);
    if (header->type == wire::GtpuMessage::g_pdu) return deliver(packet, tables, header->teid.host(), behind);
    return path_message(packet, header->type, at, behind);
}

Verdict check_source(const Packet& packet, const table::Snapshot& tables) noexcept
{
    const table::GtpuTerminus* terminus = tables.teids.find(packet.peer_tunnel);
    if (terminus == nullptr) return Verdict::drop(Drop::teid_unknown);
    const auto source = packet.family == V4::family ? V4::words(V4::source(ip_header<V4>(packet)))
                                                    : V6::words(V6::source(ip_header<V6>(packet)));
    const bool own = packet.family == terminus->family && source == V6::words(terminus->ue);
    return own ? Verdict::next() : Verdict::drop(Drop::ue_address_mismatch);
}

} // namespace sluice::gtpu
