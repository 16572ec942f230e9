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

inline void adjust(ExpressItem& item, wire::Udp& transport, const wire::Delta& delta) noexcept
{
    if (item.protocol == wire::IpProtocol::tcp) [[likely]]
        delta.apply(reinterpret_cast<wire::Tcp&>(transport).checksum);
    else
        delta.apply_udp(transport.checksum);
}

// What the entry says. All fields are written, also those that stay as they are: a store is cheaper than a question.
// The addresses are one word, and so are the ports, which TCP has in the same place as UDP.
[[gnu::always_inline]] inline void translate(V4, ExpressItem& item,
                                             const table::Translation<table::FlowKey4>& action) noexcept
{
    using Action = table::Translation<table::FlowKey4>;
    static_assert(offsetof(Action, new_destination) == offsetof(Action, new_source) + 4);
    static_assert(offsetof(Action, new_destination_port) == offsetof(Action, new_source_port) + 2);
    auto& ip = *reinterpret_cast<wire::Ipv4*>(item.ip);
    auto& transport = *reinterpret_cast<wire::Udp*>(&ip + 1);
    const auto before = load<std::uint64_t>(&ip.source);
    auto after = load<std::uint64_t>(&action.new_source);
    if (action.has(Action::direct)) after = (before & ~std::uint64_t{0xFFFF'FFFF}) | (after & 0xFFFF'FFFF);
    const auto ports_before = load<std::uint32_t>(&transport.source);
    const auto ports_after = load<std::uint32_t>(&action.new_source_port);
    wire::Delta delta;
    delta.replace(wire::Be64::from_raw(before), wire::Be64::from_raw(after));
    V4::adjust_header_and_hop_limit(ip, delta);
    delta.replace(wire::Be32::from_raw(ports_before), wire::Be32::from_raw(ports_after));
    store(&ip.source, after);
    store(&transport.source, ports_after);
    adjust(item, transport, delta);
}

[[gnu::always_inline]] inline void translate(V6, ExpressItem& item,
                                             const table::Translation<table::FlowKey6>& action) noexcept
{
    auto& ip = *reinterpret_cast<wire::Ipv6*>(item.ip);
    auto& ports = *reinterpret_cast<wire::Udp*>(&ip + 1);
    wire::Delta delta;
    V6::set_source(ip, action.new_source, delta);
    V6::set_destination(ip, action.written_destination(), delta);
    V6::decrement_hop_limit(ip);
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
inline void fill_vxlan(std::uint8_t* packet, const table::Exit& exit, std::uint32_t length, wire::Be16 type,
                       std::uint64_t hash) noexcept
{
    wire::Udp& udp = fill_outer(*reinterpret_cast<Outer*>(packet - exit.outer), length + exit.outer);
    udp.source = wire::vxlan_entropy_port(hash);
    reinterpret_cast<wire::Ethernet*>(packet)[-1].type = type;
}

template<class Outer>
inline void fill_gtpu(std::uint8_t* packet, const table::Exit& exit, std::uint32_t length) noexcept
{
    fill_outer(*reinterpret_cast<Outer*>(packet - exit.outer), length + exit.outer);
    reinterpret_cast<wire::Gtpu*>(packet)[-1].length = wire::Be16{static_cast<std::uint16_t>(length)};
}

// Everything in front of the IP packet, and the mbuf's idea of where it begins and ends. What the item says is read
// once: a store into the packet could change anything. Gives the frame's length.
template<class Family>
[[gnu::always_inline]] inline std::uint32_t put_exit(ExpressItem& item) noexcept
{
    using Kind = table::Exit::Kind;
    const table::Exit& exit = *item.exit;
    rte_mbuf& mbuf = *item.mbuf;
    std::uint8_t* const packet = item.ip;
    const std::uint32_t length = item.l3_length;
    const std::uint32_t in_front = exit.length;
    const auto* front = static_cast<const std::uint8_t*>(mbuf.buf_addr);
    mbuf.data_off = static_cast<std::uint16_t>(packet - front - in_front);
    mbuf.data_len = static_cast<std::uint16_t>(length + in_front);
    mbuf.pkt_len = length + in_front;
    if (exit.outer == 0) [[likely]] {
        constexpr std::size_t room = table::Exit::link_room;
        std::memcpy(packet - room, exit.bytes.data() + exit.bytes.size() - room, room);
        store(packet - sizeof Family::ether_type, Family::ether_type);
        return length + in_front;
    }
    std::memcpy(packet - exit.bytes.size(), exit.bytes.data(), exit.bytes.size());
    switch (exit.kind) {
    case Kind::vxlan4:
        fill_vxlan<wire::Ipv4>(packet, exit, length, Family::ether_type, item.hash);
        break;
    case Kind::vxlan6:
        fill_vxlan<wire::Ipv6>(packet, exit, length, Family::ether_type, item.hash);
        break;
    case Kind::gtpu4:
        fill_gtpu<wire::Ipv4>(packet, exit, length);
        break;
    case Kind::gtpu6:
        fill_gtpu<wire::Ipv6>(packet, exit, length);
        break;
    case Kind::link:
        break;
    }
    return length + in_front;
}

} // namespace sluice::express
