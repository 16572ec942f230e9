// TCP, UDP, ICMP and ICMPv6: where every field lies, and one message's bytes read.
#include <catch2/catch.hpp>

#include <cstddef>

#include "dataplane/wire/icmp.hpp"
#include "dataplane/wire/icmp6.hpp"
#include "dataplane/wire/tcp.hpp"
#include "dataplane/wire/udp.hpp"
#include "tests/unit/wire/laid.hpp"

namespace sluice::wire {

using test::bytes_of;
using test::laid;

TEST_CASE("UDP: two ports, a length, a checksum")
{
    STATIC_REQUIRE(sizeof(Udp) == 8);
    const auto udp = laid<Udp>("c350 12b5 0024 beef");
    CHECK(udp.source.host() == 50'000);
    CHECK(udp.destination.host() == 4'789);
    CHECK(udp.length.host() == 36);
    CHECK(udp.checksum.host() == 0xBEEF);
    CHECK(laid<Udp>("c350 12b5 0024 0000").checksum == Udp::no_checksum);
}

TEST_CASE("TCP: ports, numbers, offset, flags, window")
{
    STATIC_REQUIRE(sizeof(Tcp) == 20);
    STATIC_REQUIRE(offsetof(Tcp, sequence) == 4);
    STATIC_REQUIRE(offsetof(Tcp, acknowledgment) == 8);
    STATIC_REQUIRE(offsetof(Tcp, offset_reserved) == 12);
    STATIC_REQUIRE(offsetof(Tcp, flags) == 13);
    STATIC_REQUIRE(offsetof(Tcp, window) == 14);
    STATIC_REQUIRE(offsetof(Tcp, checksum) == 16);
    STATIC_REQUIRE(offsetof(Tcp, urgent) == 18);
    const auto tcp = laid<Tcp>("01bb c350 00000001 fffffffe a0 12 faf0 beef 0000");
    CHECK(tcp.source.host() == 443);
    CHECK(tcp.destination.host() == 50'000);
    CHECK(tcp.sequence.host() == 1);
    CHECK(tcp.acknowledgment.host() == 0xFFFFFFFE);
    CHECK(tcp.data_offset() == 40);
    CHECK(tcp.flags == (Tcp::syn | Tcp::ack));
    CHECK(tcp.window.host() == 64'240);
    CHECK(tcp.checksum.host() == 0xBEEF);
}

TEST_CASE("TCP: only a SYN alone opens a connection")
{
    const auto with_flags = [](std::uint8_t flags) {
        Tcp tcp{};
        tcp.flags = flags;
        return tcp.is_opening();
    };
    for (unsigned flags = 0; flags <= 0xFF; ++flags) {
        const bool opening = (flags & 0x02) != 0 && (flags & 0x15) == 0;
        CHECK(with_flags(static_cast<std::uint8_t>(flags)) == opening);
    }
    CHECK(with_flags(Tcp::syn | Tcp::ece | Tcp::cwr)); // an ECN setup SYN, RFC 3168 section 6.1.1
}

TEST_CASE("ICMP: an echo and an error with its MTU")
{
    STATIC_REQUIRE(sizeof(Icmp) == 4);
    STATIC_REQUIRE(sizeof(IcmpEcho) == 8);
    STATIC_REQUIRE(sizeof(IcmpError) == 8);
    STATIC_REQUIRE(offsetof(IcmpError, length_words) == 5);
    STATIC_REQUIRE(offsetof(IcmpError, next_hop_mtu) == 6);
    const auto echo = laid<IcmpEcho>("08 00 beef 1234 0007");
    CHECK(echo.type == IcmpType::echo_request);
    CHECK(echo.identifier.host() == 0x1234);
    CHECK(echo.sequence.host() == 7);
    const auto too_big = laid<IcmpError>("03 04 beef 00 20 05aa");
    CHECK(too_big.type == IcmpType::destination_unreachable);
    CHECK(too_big.code == IcmpCode::fragmentation_needed);
    CHECK(too_big.length_words == 32);
    CHECK(too_big.next_hop_mtu.host() == 1450);
}

TEST_CASE("ICMP: the errors are the ones RFC 1122 names")
{
    for (unsigned type = 0; type <= 0xFF; ++type) {
        const bool error = type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
        CHECK(IcmpType::is_error(static_cast<std::uint8_t>(type)) == error);
        CHECK(IcmpType::is_echo(static_cast<std::uint8_t>(type)) == (type == 0 || type == 8));
    }
}

TEST_CASE("ICMPv6: echo, errors and neighbour discovery")
{
    STATIC_REQUIRE(sizeof(Icmp6) == 4);
    STATIC_REQUIRE(sizeof(Icmp6Echo) == 8);
    STATIC_REQUIRE(sizeof(Icmp6Error) == 8);
    STATIC_REQUIRE(sizeof(Neighbor) == 24);
    STATIC_REQUIRE(offsetof(Neighbor, flags) == 4);
    STATIC_REQUIRE(offsetof(Neighbor, target) == 8);
    STATIC_REQUIRE(sizeof(NeighborOption) == 8);
    const auto too_big = laid<Icmp6Error>("02 00 beef 00000500");
    CHECK(too_big.type == Icmp6Type::packet_too_big);
    CHECK(too_big.parameter.host() == 1280);
    const auto echo = laid<Icmp6Echo>("81 00 beef 1234 0007");
    CHECK(echo.type == Icmp6Type::echo_reply);
    CHECK(echo.identifier.host() == 0x1234);
    const auto advertisement = laid<Neighbor>("88 00 beef 60000000 20010db8000000000000000000000001");
    CHECK(advertisement.type == Icmp6Type::neighbor_advertisement);
    CHECK(advertisement.flags.host() == (Neighbor::solicited_flag | Neighbor::override_flag));
    CHECK(advertisement.target[15] == 1);
    for (unsigned type = 0; type <= 0xFF; ++type) {
        CHECK(Icmp6Type::is_error(static_cast<std::uint8_t>(type)) == (type < 128));
        CHECK(Icmp6Type::is_echo(static_cast<std::uint8_t>(type)) == (type == 128 || type == 129));
        CHECK(Icmp6Type::is_discovery(static_cast<std::uint8_t>(type)) == (type >= 133 && type <= 137));
    }
}

TEST_CASE("ICMPv6: where a solicitation is sent")
{
    const auto target = laid<Ipv6Bytes>("20010db8 00000000 00000000 12abcdef");
    const Ipv6Bytes group = solicited_node(target);
    CHECK(bytes_of(group) == "ff0200000000000000000001ffabcdef");
    CHECK(bytes_of(multicast_mac(group)) == "3333ffabcdef");
}

} // namespace sluice::wire
