// What differs between IPv4 and IPv6 on the packet path, so that each step is written once, as a template on the
// family.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "dataplane/burst/packet.hpp"
#include "dataplane/table/flow_key.hpp"
#include "dataplane/wire/checksum_delta.hpp"
#include "dataplane/wire/ethernet.hpp"
#include "dataplane/wire/icmp.hpp"
#include "dataplane/wire/icmp6.hpp"
#include "dataplane/wire/ip_protocol.hpp"
#include "dataplane/wire/ipv4.hpp"
#include "dataplane/wire/ipv6.hpp"

namespace sluice {

struct V4 {
    static constexpr std::uint8_t family = 4;
    static constexpr std::uint8_t icmp = wire::IpProtocol::icmp;
    static constexpr wire::Be16 ether_type = wire::EtherType::ipv4;
    using Header = wire::Ipv4;
    using Key = table::FlowKey4;
    using Address = std::uint32_t; // raw order, as in the key
    using Icmp = wire::IcmpType;

    static Address source(const Header& ip) noexcept { return ip.source.raw(); }
    static Address destination(const Header& ip) noexcept { return ip.destination.raw(); }
    static void set_source(Header& ip, Address to, wire::Delta& delta) noexcept { set(ip.source, to, delta); }
    static void set_destination(Header& ip, Address to, wire::Delta& delta) noexcept { set(ip.destination, to, delta); }
    // The IP header's own checksum takes the address part of the difference.
    static void adjust_header(Header& ip, const wire::Delta& addresses) noexcept { addresses.apply(ip.checksum); }
    static std::uint8_t hop_limit(const Header& ip) noexcept { return ip.ttl; }
    static void decrement_hop_limit(Header& ip) noexcept { wire::decrement_ttl(ip); }
    // Both at once, for half the price. Precondition: the TTL is not 0.
    static void adjust_header_and_hop_limit(Header& ip, wire::Delta addresses) noexcept
    {
        --ip.ttl;
        addresses.lower(wire::ttl_step);
        addresses.apply(ip.checksum);
    }

    // `rest`: all that a key has behind the addresses, as a word.
    static Key key(Address from, Address to, std::uint64_t rest) noexcept
    {
        return Key::of_words(from | std::uint64_t{to} << 32, rest);
    }
    // As the tables have addresses of both families: sixteen bytes, zeros behind IPv4's four.
    static std::array<std::uint64_t, 2> words(Address address) noexcept { return {address, 0}; }
    static IpAddress value(Address address) noexcept { return Ipv4Address{wire::Be32::from_raw(address).host()}; }
    static Address raw(const IpAddress& address) noexcept { return wire::Be32{address.v4().value}.raw(); }
    static bool is_unusable_source(Address address) noexcept
    {
        const std::uint32_t host = wire::Be32::from_raw(address).host();
        return (host >> 28) >= 0xE || is_unusable_destination(address);
    }
    static bool is_multicast(Address address) noexcept
    {
        return (wire::Be32::from_raw(address).host() >> 28) >= 0xE; // 224.0.0.0/4, and the limited broadcast
    }
    // "This network" and loopback never cross a wire (RFC 1122 section 3.2.1.3).
    static bool is_unusable_destination(Address address) noexcept
    {
        const std::uint32_t first = wire::Be32::from_raw(address).host() >> 24;
        return first == 0 || first == 127;
    }
    static std::uint32_t find_route(const table::Snapshot& tables, std::uint16_t network, Address address) noexcept
    {
        return tables.routes.find4(network, wire::Be32::from_raw(address).host());
    }
    static void prefetch_route(const table::Snapshot& tables, std::uint16_t network, Address address) noexcept
    {
        tables.routes.prefetch4(network, wire::Be32::from_raw(address).host());
    }
    // In steps, of large tables (PrefixMap).
    static table::FibSlot begin_route(const table::Snapshot& tables, std::uint16_t network, Address address) noexcept
    {
        return tables.routes.begin4(network, wire::Be32::from_raw(address).host());
    }
    static std::uint32_t end_route(const table::Snapshot& tables, std::uint16_t network, table::FibSlot slot,
                                   Address address) noexcept
    {
        return tables.routes.end4(network, slot, wire::Be32::from_raw(address).host());
    }

private:
    static void set(wire::Be32& field, Address to, wire::Delta& delta) noexcept
    {
        const wire::Be32 after = wire::Be32::from_raw(to);
        delta.replace(field, after);
        field = after;
    }
};

struct V6 {
    static constexpr std::uint8_t family = 6;
    static constexpr std::uint8_t icmp = wire::IpProtocol::icmp6;
    static constexpr wire::Be16 ether_type = wire::EtherType::ipv6;
    using Header = wire::Ipv6;
    using Key = table::FlowKey6;
    using Address = std::array<std::uint8_t, 16>;
    static constexpr Address loopback{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    using Icmp = wire::Icmp6Type;

    static Address source(const Header& ip) noexcept { return ip.source; }
    static Address destination(const Header& ip) noexcept { return ip.destination; }
    static void set_source(Header& ip, const Address& to, wire::Delta& delta) noexcept { set(ip.source, to, delta); }
    static void set_destination(Header& ip, const Address& to, wire::Delta& delta) noexcept
    {
        set(ip.destination, to, delta);
    }
    static void adjust_header(Header&, const wire::Delta&) noexcept {} // RFC 8200: no header checksum
    static std::uint8_t hop_limit(const Header& ip) noexcept { return ip.hop_limit; }
    static void decrement_hop_limit(Header& ip) noexcept { --ip.hop_limit; }

    static Key key(const Address& from, const Address& to, std::uint64_t rest) noexcept
    {
        Key key;
        key.source = from;
        key.destination = to;
        std::memcpy(&key.source_port, &rest, sizeof rest);
        return key;
    }
    static std::array<std::uint64_t, 2> words(const Address& address) noexcept
    {
        return std::bit_cast<std::array<std::uint64_t, 2>>(address);
    }
    static IpAddress value(const Address& address) noexcept { return Ipv6Address{address}; }
    static Address raw(const IpAddress& address) noexcept { return address.v6().bytes; }
    static bool is_unusable_source(const Address& address) noexcept
    {
        return address[0] == 0xFF || address == loopback; // RFC 4291 sections 2.5.3, 2.7; discovery may have no source
    }
    static bool is_multicast(const Address& address) noexcept { return address[0] == 0xFF; }
    // Unspecified and loopback (RFC 4291 sections 2.5.2 and 2.5.3).
    static bool is_unusable_destination(const Address& address) noexcept
    {
        return address == loopback || address == Address{};
    }
    static std::uint32_t find_route(const table::Snapshot& tables, std::uint16_t network,
                                    const Address& address) noexcept
    {
        return tables.routes.find6(network, address.data());
    }
    static void prefetch_route(const table::Snapshot& tables, std::uint16_t network, const Address& address) noexcept
    {
        tables.routes.prefetch6(network, address.data());
    }
    static table::FibSlot begin_route(const table::Snapshot& tables, std::uint16_t network,
                                      const Address& address) noexcept
    {
        return tables.routes.begin6(network, address.data());
    }
    static table::FibSlot go_on_with_route(const table::Snapshot& tables, std::uint16_t network, table::FibSlot slot,
                                           const Address& address) noexcept
    {
        return tables.routes.go_on6(network, slot, address.data());
    }
    static std::uint32_t end_route(const table::Snapshot& tables, std::uint16_t network, table::FibSlot slot,
                                   const Address& address) noexcept
    {
        return tables.routes.end6(network, slot, address.data());
    }

private:
    static void set(wire::Ipv6Bytes& field, const Address& to, wire::Delta& delta) noexcept
    {
        delta.replace(field, to);
        field = to;
    }
};

template<class Family>
[[nodiscard]] typename Family::Header& ip_header(const Packet& packet) noexcept
{
    return *rte_pktmbuf_mtod(packet.mbuf, typename Family::Header*); // parse saw it whole
}

// Made of whole words, as it is read to be hashed: a word of smaller parts would have to wait for them in memory.
template<class Family>
[[nodiscard]] table::KeyWords<table::AddressKey>
address_key(std::uint16_t scope, const typename Family::Address& address, std::uint16_t raw_port = 0,
            std::uint8_t protocol = 0) noexcept
{
    static_assert(std::endian::native == std::endian::little);
    const auto [first, second] = Family::words(address);
    const std::uint64_t rest =
        scope | std::uint64_t{raw_port} << 16 | std::uint64_t{protocol} << 32 | std::uint64_t{Family::family} << 40;
    return {first, second, rest};
}

// The packet's flow in its network, by the header as it stands now.
template<class Family>
[[nodiscard]] typename Family::Key flow_key(const Packet& packet) noexcept
{
    const auto& ip = ip_header<Family>(packet);
    const std::uint64_t rest = packet.source_port | std::uint64_t{packet.destination_port} << 16 |
                               std::uint64_t{packet.network} << 32 | std::uint64_t{packet.protocol} << 48;
    return Family::key(Family::source(ip), Family::destination(ip), rest);
}

} // namespace sluice
