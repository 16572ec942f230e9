#include "pipelines/translate/icmp_error.hpp"

#include "dataplane/wire/ipv6_extension.hpp"
#include "dataplane/wire/tcp.hpp"
#include "dataplane/wire/udp.hpp"
#include "pipelines/translate/quoted_transport.hpp"

namespace sluice::translate {
namespace {

constexpr std::uint16_t error_header = sizeof(wire::IcmpError); // the same length in both families

template<class Family>
typename Family::Header* quoted_header(const Packet& packet, std::uint16_t at)
{
    return packet.at<typename Family::Header>(at);
}

// Addresses of the quoted IP header. Its own checksum follows, which is a change of its own in the ICMP message.
template<class Family>
wire::Delta rewrite_quoted_addresses(typename Family::Header& ip, const TranslationOf<Family>& answers,
                                     wire::Delta& message)
{
    wire::Delta addresses;
    Family::set_source(ip, answers.written_destination(), addresses);
    Family::set_destination(ip, answers.new_source, addresses);
    if constexpr (Family::family == V4::family) {
        const wire::Be16 before = ip.checksum;
        addresses.apply(ip.checksum);
        message.replace(before, ip.checksum);
    }
    message += addresses;
    return addresses;
}

} // namespace

template<class Family>
std::optional<Quoted<Family>> read_quoted(const Packet& packet) noexcept
{
    Quoted<Family> quoted;
    quoted.ip = static_cast<std::uint16_t>(packet.l4 + error_header);
    const auto* ip = quoted_header<Family>(packet, quoted.ip);
    const auto transport = ip == nullptr ? std::nullopt : find_quoted_transport(packet, *ip, quoted.ip);
    if (!transport || Family::source(*ip) != Family::destination(ip_header<Family>(packet))) return std::nullopt;
    quoted.l4 = transport->at;
    quoted.answer_key.source = Family::destination(*ip);
    quoted.answer_key.destination = Family::source(*ip);
    quoted.answer_key.source_port = transport->destination_port;
    quoted.answer_key.destination_port = transport->source_port;
    quoted.answer_key.network = packet.network;
    quoted.answer_key.protocol = transport->protocol;
    return quoted;
}

template<class Family>
void rewrite_error(Packet& packet, const Quoted<Family>& quoted, const TranslationOf<Family>& answers) noexcept
{
    wire::Delta message;
    const wire::Delta addresses =
        rewrite_quoted_addresses<Family>(*quoted_header<Family>(packet, quoted.ip), answers, message);
    rewrite_quoted_transport<Family>(
        packet, {quoted.l4, answers.new_destination_port, answers.new_source_port, answers.key.protocol}, addresses,
        message);

    auto& ip = ip_header<Family>(packet);
    wire::Delta outer;
    if (answers.has(answers.rewrites_source)) Family::set_source(ip, answers.new_source, outer);
    Family::set_destination(ip, answers.written_destination(), outer);
    Family::adjust_header(ip, outer);
    if constexpr (Family::family == V6::family) message += outer; // ICMPv6 sums over its own addresses
    message.apply(packet.at<wire::Icmp>(packet.l4)->checksum);
    packet.network = answers.out_network;
}

template std::optional<Quoted<V4>> read_quoted<V4>(const Packet&) noexcept;
template std::optional<Quoted<V6>> read_quoted<V6>(const Packet&) noexcept;
template void rewrite_error<V4>(Packet&, const Quoted<V4>&, const TranslationOf<V4>&) noexcept;
template void rewrite_error<V6>(Packet&, const Quoted<V6>&, const TranslationOf<V6>&) noexcept;

} // namespace sluice::translate
