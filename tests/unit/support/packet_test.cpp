// The builder and the reader of packets, against frames that scapy 2.5 made; and faults, each by its name.
#include <catch2/catch.hpp>

#include "tests/support/decode.hpp"
#include "tests/support/packet.hpp"

namespace sluice::test {
namespace {

using Texts = std::vector<std::string>;

Packet ethernet()
{
    return Packet{}.ethernet();
}

Packet phone()
{
    return ethernet().ipv4("10.0.0.1", "10.0.0.2").udp(53, 54).payload("abc");
}

} // namespace

TEST_CASE("VXLAN over a VLAN with a TCP option inside")
{
    const Bytes frame = ethernet()
                            .vlan(310)
                            .ipv4("10.0.0.1", "10.0.0.2")
                            .identification(7)
                            .dont_fragment()
                            .ttl(63)
                            .udp(50'000, 4'789)
                            .vxlan(5'001)
                            .ethernet("52:54:00:00:01:31", "02:00:5e:00:00:01")
                            .ipv4("192.0.2.9", "10.1.0.31")
                            .identification(1)
                            .tcp(1'234, 443, "S")
                            .mss(1'460)
                            .payload("abc")
                            .bytes();
    CHECK(to_hex(frame) ==
          "020000000002020000000001810001360800450000610007"
          "40003f1127830a0000010a000002c35012b5004d94fc0800"
          "0000001389005254000001310200"
          "5e00000108004500002f000100004006ae9fc00002090a01001f04d201bb00000001000000006002faf006190000020405b4616263");
    const Decoded got = decode(frame);
    CHECK(got.faults.empty());
    CHECK(got.number("vlan.id") == 310);
    CHECK(got.number("vxlan.vni") == 5'001);
    CHECK(got.count("ipv4") == 2);
    CHECK(got.text("ipv4.source") == "10.0.0.1");
    CHECK(got.text("ipv4.source", innermost) == "192.0.2.9");
    CHECK(got.text("ethernet.destination", innermost) == "52:54:00:00:01:31");
    CHECK(got.number("tcp.mss") == 1'460);
    CHECK(got.payload == Bytes{'a', 'b', 'c'});
}

TEST_CASE("GTP-U over IPv6 with a ping inside")
{
    const Bytes frame = ethernet()
                            .ipv6("2001:db8::1", "2001:db8::2")
                            .udp(2'152, 2'152)
                            .gtpu(0x1001)
                            .ipv6("2001:db8:1::7", "2001:db8:2::9")
                            .icmp6_echo(128, 7, 1)
                            .payload("x")
                            .bytes();
    CHECK(
        to_hex(frame) ==
        "02000000000202000000000186dd600000000041114020010db800000000000000000000000120010db800000000000000000000000208"
        "6808680041b7ef30ff0031000010016000000000093a4020010db800010000000000000000000720010db8000200000000000000000009"
        "8000ac2e0007000178");
    const Decoded got = decode(frame);
    CHECK(got.faults.empty());
    CHECK(got.number("gtpu.teid") == 0x1001);
    CHECK(got.text("ipv6.destination", innermost) == "2001:db8:2::9");
}

TEST_CASE("an error about a packet, ARP, and neighbour discovery")
{
    const Bytes about = Packet{}.ipv4("10.0.0.2", "10.0.0.9").udp(1, 2).bytes();
    const Bytes error = ethernet().ipv4("10.0.0.1", "10.0.0.2").icmp_error(3, 4, 1'400, about).bytes();
    CHECK(to_hex(error) == "02000000000202000000000108004500003800000000400166c30a0000010a00000203040ba800000578"
                           "4500001c00000000401166c70a0000020a000009000100020008ebd0");
    CHECK(decode(error).faults.empty());
    CHECK(decode_embedded(decode(error).embedded).text("ipv4.destination") == "10.0.0.9");

    const Bytes request = Packet{}
                              .ethernet("ff:ff:ff:ff:ff:ff", "02:00:00:00:00:01")
                              .arp_request("02:00:00:00:00:01", "10.0.0.1", "10.0.0.2")
                              .bytes();
    CHECK(to_hex(request) == "ffffffffffff020000000001080600010800060400010200000000010a0000010000000000000a000002");

    const Bytes solicitation =
        ethernet().ipv6("2001:db8::1", "2001:db8::2").ttl(255).nd_solicit("2001:db8::2", "02:00:00:00:00:01").bytes();
    CHECK(to_hex(solicitation) ==
          "02000000000202000000000186dd6000000000203aff20010db8000000000000000000000001"
          "20010db80000000000000000000000028700ec720000000020010db800000000000000000000000201010"
          "20000000001");
    CHECK(decode(solicitation).faults.empty());
}

TEST_CASE("what is wrong with a packet is a fault with a name")
{
    REQUIRE(decode(phone().bytes()).faults.empty());
    const std::vector<std::pair<Bytes, Texts>> rows{
        {phone().corrupt(14 + 8, 1).bytes(), {"bad ipv4 checksum"}},
        {phone().corrupt(14 + 20 + 8, 'z').bytes(), {"bad udp checksum"}},
        {ethernet().ipv4("10.0.0.1", "10.0.0.2").poke(2, 2, 60).udp(53, 54).bytes(), {"shorter than its ipv4 length"}},
        {hex("0200000000020200000000010800 4500"), {"truncated ipv4"}},
        {hex("02000000"), {"truncated ethernet"}},
    };
    for (const auto& [frame, faults] : rows) {
        INFO(describe(frame));
        CHECK(decode(frame).faults == faults);
    }
    const Decoded padded = decode(phone().pad_to(60).bytes());
    CHECK(padded.faults.empty());
    CHECK(padded.padding.size() == 60 - 14 - 20 - 8 - 3);
    CHECK(
        decode(ethernet().ipv4("10.0.0.1", "10.0.0.2").udp(53, 54).checksum(0).payload("abc").bytes()).faults.empty());
}

TEST_CASE("a test that is wrong is told so")
{
    CHECK_THROWS_AS(hex("abc"), std::invalid_argument);
    CHECK_THROWS_AS(hex("zz"), std::invalid_argument);
    CHECK_THROWS_AS(parse_ipv4("10.0.0.256"), std::invalid_argument);
    CHECK_THROWS_AS(ethernet().ttl(5), std::logic_error); // Ethernet has none
    CHECK_THROWS_AS(Packet{}.mss(5), std::logic_error);
    CHECK_THROWS_AS(decode(phone().bytes()).number("tcp.source"), std::out_of_range);
    CHECK_THROWS_AS(decode(phone().bytes()).number("udp.sauce"), std::out_of_range);
}

} // namespace sluice::test
