// What the express lane changes in a packet: addresses, ports, hop limit and checksums by difference (RFC 1624), and
// the exit in front. Nothing here can fail; who calls has looked.
#pragma once

#include "dataplane/burst/family.hpp"
#include "dataplane/wire/gtpu.hpp"
#include "dataplane/wire/tcp.hpp"
#include "dataplane/wire/udp.hpp"
#include "dataplane/wire/vxlan.hpp"
#include "pipelines/express_look.hpp"

namespace sluice::express {

// A packet without a session.
template<class Family>
inline void forward(ExpressItem& item) noexcept
{
    Family::adjust_header_and_hop_limit(*reinterpret_cast<typename Family::Header*>(item.ip), wire::Delta{});
}

inline void adjust(ExpressItem& item, wire::Udp& transport, const wire::Delta& delta) noexcept
{
    if (item.protocol == wire::IpProtocol::tcp)
        delta.apply(reinterpret_cast<wire::Tcp&>(transport).checksum);
    else
        delta.apply_udp(transport.checksum);
}

// What the entry says. All fields are written, also those that stay as they are: a store is cheaper than a question.
template<class Family>
inline void translate(Family, ExpressItem& item, const table::Translation<typename Family::Key>& action) noexcept
{
    auto& ip = *reinterpret_cast<typename Family::Header*>(item.ip);
    auto& ports = *reinterpret_cast<wire::Udp*>(&ip + 1); // TCP's ports lie in the same place
    wire::Delta delta;
    Family::set_source(ip, action.new_source, delta);
    Family::set_destination(ip, action.written_destination(), delta);
    Family::adjust_header_and_hop_limit(ip, delta);
    const auto source = wire::Be16::from_raw(action.new_source_port);
    const auto destination = wire::Be16::from_raw(action.new_destination_port);
    delta.replace(ports.source, source);
    delta.replace(ports.destination, destination);
    ports.source = source;
    ports.destination = destination;
    adjust(item, ports, delta);
}

// The outer IP header's lengths; the template's IPv4 checksum was made with a total length of 0.
inline wire::Udp& fill_outer(wire::Ipv4& ip, std::uint32_t length) noexcept
{
    const wire::Be16 total{static_cast<std::uint16_t>(length)};
    wire::Delta delta;
    delta.replace(ip.total_length, total);
    ip.total_length = total;
    delta.apply(ip.checksum);
    auto& udp = *reinterpret_cast<wire::Udp*>(&ip + 1);
    udp.length = wire::Be16{static_cast<std::uint16_t>(length - sizeof ip)};
    return udp;
}

inline wire::Udp& fill_outer(wire::Ipv6& ip, std::uint32_t length) noexcept
{
    ip.payload_length = wire::Be16{static_cast<std::uint16_t>(length - sizeof ip)};
    auto& udp = *reinterpret_cast<wire::Udp*>(&ip + 1);
    udp.length = ip.payload_length;
    return udp;
}

template<class Outer>
inline void fill_vxlan(ExpressItem& item, wire::Be16 type) noexcept
{
    const std::uint32_t outer = item.exit->outer;
    wire::Udp& udp = fill_outer(*reinterpret_cast<Outer*>(item.ip - outer), item.l3_length + outer);
    udp.source = wire::vxlan_entropy_port(item.hash);
    reinterpret_cast<wire::Ethernet*>(item.ip)[-1].type = type;
}

template<class Outer>
inline void fill_gtpu(ExpressItem& item) noexcept
{
    const std::uint32_t outer = item.exit->outer;
    fill_outer(*reinterpret_cast<Outer*>(item.ip - outer), item.l3_length + outer);
    reinterpret_cast<wire::Gtpu*>(item.ip)[-1].length = wire::Be16{item.l3_length};
}

// Everything in front of the IP packet, and the mbuf's idea of where it begins and ends.
inline void put_exit(ExpressItem& item) noexcept
{
    using Kind = table::Exit::Kind;
    const table::Exit& exit = *item.exit;
    const wire::Be16 type = item.family == V4::family ? V4::ether_type : V6::ether_type;
    if (exit.kind == Kind::link) {
        constexpr std::size_t room = table::Exit::link_room;
        std::memcpy(item.ip - room, exit.bytes.data() + exit.bytes.size() - room, room);
        store(item.ip - sizeof type, type);
    } else {
        std::memcpy(item.ip - exit.bytes.size(), exit.bytes.data(), exit.bytes.size());
        switch (exit.kind) {
        case Kind::vxlan4:
            fill_vxlan<wire::Ipv4>(item, type);
            break;
        case Kind::vxlan6:
            fill_vxlan<wire::Ipv6>(item, type);
            break;
        case Kind::gtpu4:
            fill_gtpu<wire::Ipv4>(item);
            break;
        case Kind::gtpu6:
            fill_gtpu<wire::Ipv6>(item);
            break;
        case Kind::link:
            break;
        }
    }
    rte_mbuf& mbuf = *item.mbuf;
    const auto* front = static_cast<const std::uint8_t*>(mbuf.buf_addr);
    mbuf.data_off = static_cast<std::uint16_t>(item.ip - front - exit.length);
    mbuf.data_len = static_cast<std::uint16_t>(item.l3_length + exit.length);
    mbuf.pkt_len = mbuf.data_len;
}

} // namespace sluice::express
