// Ethernet, 802.1Q, ARP, IPv4 and IPv6: where every field lies, and one packet's bytes read and written.
#include <catch2/catch.hpp>

#include <cstddef>

#include "dataplane/wire/arp.hpp"
#include "dataplane/wire/ipv4.hpp"
#include "dataplane/wire/ipv6.hpp"
#include "tests/unit/wire/laid.hpp"

namespace sluice::wire {

using test::bytes_of;
using test::laid;

TEST_CASE("Ethernet: destination first, then source, then the type")
{
    STATIC_REQUIRE(sizeof(Ethernet) == 14);
    STATIC_REQUIRE(offsetof(Ethernet, source) == 6);
    STATIC_REQUIRE(offsetof(Ethernet, type) == 12);
    const auto frame = laid<Ethernet>("ffffffffffff 525400000131 0806");
    CHECK(frame.destination == broadcast_mac);
    CHECK(frame.source == MacBytes{0x52, 0x54, 0, 0, 0x01, 0x31});
    CHECK(frame.type == EtherType::arp);
    CHECK(is_multicast(frame.destination));
    CHECK(is_multicast(laid<MacBytes>("01005e000001")));
    CHECK_FALSE(is_multicast(frame.source));
    CHECK(bytes_of(EtherType::ipv4) == "0800");
    CHECK(bytes_of(EtherType::ipv6) == "86dd");
    CHECK(bytes_of(EtherType::vlan) == "8100");
    CHECK(bytes_of(EtherType::service_vlan) == "88a8");
}

TEST_CASE("802.1Q: three bits of priority, one of eligibility, twelve of identifier")
{
    STATIC_REQUIRE(sizeof(Vlan) == 4);
    STATIC_REQUIRE(offsetof(Vlan, type) == 2);
    const auto tag = laid<Vlan>("b064 0800"); // priority 5, drop eligible, VLAN 100
    CHECK(tag.id() == 100);
    CHECK(tag.priority() == 5);
    CHECK((tag.control.host() & Vlan::drop_eligible) != 0);
    CHECK(tag.type == EtherType::ipv4);
    CHECK(laid<Vlan>("0fff 0800").id() == Vlan::reserved_id);
    CHECK(laid<Vlan>("e000 0800").id() == Vlan::priority_tag);
}

TEST_CASE("ARP: the layout for IPv4 over Ethernet and nothing else")
{
    STATIC_REQUIRE(sizeof(Arp) == 28);
    STATIC_REQUIRE(offsetof(Arp, operation) == 6);
    STATIC_REQUIRE(offsetof(Arp, sender_mac) == 8);
    STATIC_REQUIRE(offsetof(Arp, sender) == 14);
    STATIC_REQUIRE(offsetof(Arp, target_mac) == 18);
    STATIC_REQUIRE(offsetof(Arp, target) == 24);
    const auto request = laid<Arp>("0001 0800 06 04 0001 525400000131 0a000001 000000000000 0a000002");
    CHECK(request.is_ipv4_over_ethernet());
    CHECK(request.operation == Arp::request);
    CHECK(request.sender.host() == 0x0A000001);
    CHECK(request.target.host() == 0x0A000002);
    CHECK_FALSE(request.is_probe());
    CHECK(laid<Arp>("0001 0800 06 04 0001 525400000131 00000000 000000000000 0a000002").is_probe());
    CHECK_FALSE(laid<Arp>("0001 0800 06 04 0002 525400000131 00000000 000000000000 0a000002").is_probe());
    for (const char* other : {"0006 0800 06 04", "0001 86dd 06 04", "0001 0800 08 04", "0001 0800 06 10"})
        CHECK_FALSE(
            laid<Arp>(std::string(other) + "0001 525400000131 0a000001 000000000000 0a000002").is_ipv4_over_ethernet());
}

TEST_CASE("IPv4: every field of a fragment")
{
    STATIC_REQUIRE(sizeof(Ipv4) == 20);
    STATIC_REQUIRE(offsetof(Ipv4, total_length) == 2);
    STATIC_REQUIRE(offsetof(Ipv4, identification) == 4);
    STATIC_REQUIRE(offsetof(Ipv4, flags_offset) == 6);
    STATIC_REQUIRE(offsetof(Ipv4, ttl) == 8);
    STATIC_REQUIRE(offsetof(Ipv4, protocol) == 9);
    STATIC_REQUIRE(offsetof(Ipv4, checksum) == 10);
    STATIC_REQUIRE(offsetof(Ipv4, source) == 12);
    STATIC_REQUIRE(offsetof(Ipv4, destination) == 16);
    const auto ip = laid<Ipv4>("46 b9 0054 abcd 20b9 3f 11 beef c0000201 c6336402");
    CHECK(ip.version() == 4);
    CHECK(ip.header_length() == 24);
    CHECK(ip.dscp() == 46); // expedited forwarding
    CHECK(ip.ecn() == 1);
    CHECK(ip.total_length.host() == 84);
    CHECK(ip.identification.host() == 0xABCD);
    CHECK_FALSE(ip.dont_fragment());
    CHECK(ip.more_fragments());
    CHECK(ip.fragment_offset() == 1480);
    CHECK(ip.ttl == 63);
    CHECK(ip.protocol == IpProtocol::udp);
    CHECK(ip.checksum.host() == 0xBEEF);
    CHECK(ip.source.host() == 0xC0000201);
    CHECK(ip.destination.host() == 0xC6336402);
}

TEST_CASE("IPv4: which packets are fragments, and what the length field may say")
{
    const auto flags = [](const char* word) {
        return laid<Ipv4>("45 00 0054 0000 " + std::string(word) + "40 06 0000 00000000 00000000");
    };
    CHECK_FALSE(flags("0000").is_fragment());
    CHECK_FALSE(flags("4000").is_fragment());
    CHECK(flags("4000").dont_fragment());
    CHECK_FALSE(flags("8000").is_fragment()); // the reserved bit makes no fragment
    CHECK(flags("2000").is_fragment());       // the first
    CHECK(flags("0001").is_fragment());       // the last
    CHECK(flags("1fff").fragment_offset() == 65'528);
    CHECK(laid<Ipv4>("40 00 0054 0000 0000 40 06 0000 00000000 00000000").header_length() == 0);
    CHECK(laid<Ipv4>("4f 00 0054 0000 0000 40 06 0000 00000000 00000000").header_length() == Ipv4::max_header_length);
}

TEST_CASE("IPv6: version, class and label share the first word")
{
    STATIC_REQUIRE(sizeof(Ipv6) == 40);
    STATIC_REQUIRE(offsetof(Ipv6, payload_length) == 4);
    STATIC_REQUIRE(offsetof(Ipv6, next_header) == 6);
    STATIC_REQUIRE(offsetof(Ipv6, hop_limit) == 7);
    STATIC_REQUIRE(offsetof(Ipv6, source) == 8);
    STATIC_REQUIRE(offsetof(Ipv6, destination) == 24);
    const auto ip = laid<Ipv6>("6b9abcde 0014 06 40 20010db8000000000000000000000001 20010db8000000000000000000000002");
    CHECK(ip.version() == 6);
    CHECK(ip.traffic_class() == 0xB9);
    CHECK(ip.flow_label() == 0xABCDE);
    CHECK(ip.payload_length.host() == 20);
    CHECK(ip.next_header == IpProtocol::tcp);
    CHECK(ip.hop_limit == 64);
    CHECK(ip.source[15] == 1);
    CHECK(ip.destination[15] == 2);
    CHECK(ipv6_first_word(0xB9, 0xABCDE) == ip.version_class_flow);
    CHECK(bytes_of(ipv6_first_word(0, 0xFFF00001)) == "60000001"); // a label has 20 bits
}

} // namespace sluice::wire
