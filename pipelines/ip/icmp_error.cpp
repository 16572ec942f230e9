#include "pipelines/ip/icmp_error.hpp"

#include <algorithm>
#include <span>
#include <type_traits>

#include "dataplane/wire/checksum.hpp"

namespace sluice::ip {
namespace {

struct Kind {
    std::uint8_t type;
    std::uint8_t code;
};

Kind kind_of(V4, Problem problem)
{
    using Type = wire::IcmpType;
    using Code = wire::IcmpCode;
    switch (problem) {
    case Problem::hop_limit_exceeded:
        return {Type::time_exceeded, Code::ttl_exceeded};
    case Problem::too_big:
        return {Type::destination_unreachable, Code::fragmentation_needed};
    case Problem::no_route:
        return {Type::destination_unreachable, Code::network_unreachable};
    case Problem::host_unreachable:
        return {Type::destination_unreachable, Code::host_unreachable};
    case Problem::prohibited:
        break;
    }
    return {Type::destination_unreachable, Code::administratively_prohibited};
}

Kind kind_of(V6, Problem problem)
{
    using Type = wire::Icmp6Type;
    using Code = wire::Icmp6Code;
    switch (problem) {
    case Problem::hop_limit_exceeded:
        return {Type::time_exceeded, Code::hop_limit_exceeded};
    case Problem::too_big:
        return {Type::packet_too_big, 0};
    case Problem::no_route:
        return {Type::destination_unreachable, Code::no_route};
    case Problem::host_unreachable:
        return {Type::destination_unreachable, Code::address_unreachable};
    case Problem::prohibited:
        break;
    }
    return {Type::destination_unreachable, Code::administratively_prohibited};
}

struct Message4 {
    using Error = wire::IcmpError;
    static constexpr std::uint32_t limit = 576;
    wire::Ipv4 ip;
    Error icmp;
};
struct Message6 {
    using Error = wire::Icmp6Error;
    static constexpr std::uint32_t limit = wire::Ipv6::min_mtu;
    wire::Ipv6 ip;
    Error icmp;
};
template<class Family>
using MessageOf = std::conditional_t<std::is_same_v<Family, V4>, Message4, Message6>;

wire::IcmpError error_header(V4, Kind kind, std::uint16_t mtu)
{
    return {kind.type, kind.code, wire::Be16{0}, 0, 0, wire::Be16{mtu}};
}
wire::Icmp6Error error_header(V6, Kind kind, std::uint16_t mtu)
{
    return {kind.type, kind.code, wire::Be16{0}, wire::Be32{mtu}};
}

void seal(Message4& message, std::uint32_t length, std::uint32_t source, const wire::Ipv4& about)
{
    message.ip = {wire::Ipv4::version_and_plain_length,
                  0,
                  wire::Be16{static_cast<std::uint16_t>(length)},
                  wire::Be16{0},
                  wire::Be16{0},
                  wire::own_hop_limit,
                  V4::icmp,
                  wire::Be16{0},
                  wire::Be32::from_raw(source),
                  about.source};
    message.ip.checksum = wire::ipv4_checksum(message.ip);
    const auto* icmp = reinterpret_cast<const std::uint8_t*>(&message.icmp);
    message.icmp.checksum = wire::finish(wire::sum(std::span(icmp, length - sizeof message.ip)));
}

void seal(Message6& message, std::uint32_t length, const V6::Address& source, const wire::Ipv6& about)
{
    const auto payload = static_cast<std::uint16_t>(length - sizeof message.ip);
    message.ip = {
        wire::ipv6_first_word(0, 0), wire::Be16{payload}, V6::icmp, wire::own_hop_limit, source, about.source};
    const auto* icmp = reinterpret_cast<const std::uint8_t*>(&message.icmp);
    message.icmp.checksum = wire::upper_checksum(message.ip, V6::icmp, std::span(icmp, payload));
}

} // namespace

template<class Family>
bool may_answer(const Packet& packet) noexcept
{
    const auto& ip = ip_header<Family>(packet);
    return !packet.icmp_error && !packet.later_fragment && !Family::is_multicast(Family::destination(ip)) &&
           !Family::is_unusable_source(Family::source(ip));
}

template<class Family>
rte_mbuf* make_error(const Packet& packet, Problem problem, std::uint16_t mtu, const typename Family::Address& source,
                     rte_mempool* pool) noexcept
{
    using Message = MessageOf<Family>;
    rte_mbuf* mbuf = rte_pktmbuf_alloc(pool);
    if (mbuf == nullptr) return nullptr;
    const auto room = static_cast<std::uint32_t>(Message::limit - sizeof(Message));
    const std::uint32_t quoted = std::min<std::uint32_t>({packet.l3_length, packet.mbuf->pkt_len, room});
    const auto length = static_cast<std::uint16_t>(sizeof(Message) + quoted);
    char* start = rte_pktmbuf_append(mbuf, length);
    if (start == nullptr) {
        rte_pktmbuf_free(mbuf);
        return nullptr;
    }
    char* quote = start + sizeof(Message);
    const void* from = rte_pktmbuf_read(packet.mbuf, 0, quoted, quote);
    if (from != quote) std::copy_n(static_cast<const char*>(from), quoted, quote);
    auto* message = reinterpret_cast<Message*>(start);
    message->icmp =
        error_header(Family{}, kind_of(Family{}, problem), problem == Problem::too_big ? mtu : std::uint16_t{0});
    seal(*message, length, source, ip_header<Family>(packet));
    return mbuf;
}

template bool may_answer<V4>(const Packet&) noexcept;
template bool may_answer<V6>(const Packet&) noexcept;
template rte_mbuf* make_error<V4>(const Packet&, Problem, std::uint16_t, const V4::Address&, rte_mempool*) noexcept;
template rte_mbuf* make_error<V6>(const Packet&, Problem, std::uint16_t, const V6::Address&, rte_mempool*) noexcept;

} // namespace sluice::ip
