// Tunnels whose outer packet is in order and whose content ends too early.
#include <catch2/catch.hpp>

#include "tests/scenario/hostile/death.hpp"
#include "tests/scenario/stations.hpp"

namespace sluice::test {
namespace {

constexpr std::size_t vxlan_front = 14 + 20 + 8;    // Ethernet, IPv4, UDP
constexpr std::size_t gtpu_front = vxlan_front + 4; // and the VLAN tag
constexpr std::size_t tunnel_headers = 8 + 14;      // VXLAN, inner Ethernet

void cut_vxlan(const std::function<Packet(Packet)>& inner, const std::vector<Range>& ranges)
{
    Bench bench(one_node);
    const Bytes content = rest(inner(from_machine(bench, "10.1.0.31")).bytes(), vxlan_front);
    dies_at_every_length(
        bench, "fabric",
        [&](std::size_t length) {
            return Packet{}
                .ethernet(bench.mac("fabric"), host1_mac)
                .ipv4("10.20.0.11", "10.20.0.2")
                .udp(51'000, 4789)
                .payload(first(content, length))
                .bytes();
        },
        ranges);
}

// The GTP-U length field is made to agree with what is left.
void cut_gtpu(Packet message, const std::vector<Range>& ranges)
{
    Bench bench(one_node);
    const Bytes content = message.bytes();
    dies_at_every_length(
        bench, "n3",
        [&](std::size_t length) {
            Bytes cut = first(content, length);
            if (length >= 4) write_number(cut, 2, 2, length < 8 ? 0 : length - 8);
            return Packet{}
                .ethernet(bench.mac("n3"), radio_mac)
                .vlan(310)
                .ipv4("10.30.0.9", "10.30.0.1")
                .udp(2152, 2152)
                .payload(cut)
                .bytes();
        },
        ranges);
}

Bytes front(std::initializer_list<std::uint8_t> bytes)
{
    return bytes;
}

} // namespace

TEST_CASE("VXLAN with IP inside, cut at every length")
{
    const Bytes size4 = Packet{}.ipv4("10.1.0.31", "192.0.2.9").tcp(8443, 50'000, "S").mss(1410).bytes();
    cut_vxlan([](Packet outer) { return outer.ipv4("10.1.0.31", "192.0.2.9").tcp(8443, 50'000, "S").mss(1410); },
              {{tunnel_headers, "vxlan.truncated"},
               {tunnel_headers + 20, "parse.truncated"},
               {tunnel_headers + size4.size(), "parse.ip_total_length"}});
    cut_vxlan([](Packet outer) { return outer.ipv6("2001:db8:1::31", "2001:db8:5::9").udp(8443, 50'000).payload(9); },
              {{tunnel_headers, "vxlan.truncated"},
               {tunnel_headers + 40, "parse.truncated"},
               {tunnel_headers + 57, "parse.ip_total_length"}});
}

TEST_CASE("VXLAN with ARP or neighbour discovery inside, cut at every length")
{
    Bench bench(one_node);
    const auto ask = [](Packet outer) { return outer.arp_request("52:54:00:00:01:31", "10.1.0.31", "10.1.0.1"); };
    cut_vxlan(ask, {{tunnel_headers, "vxlan.truncated"}, {tunnel_headers + 28, "parse.arp_malformed"}});
    CHECK(bench.send("fabric", ask(from_machine(bench, "10.1.0.31")).bytes()).size() == 1);

    const auto solicit = [](Packet outer) {
        return outer.ipv6("2001:db8:1::31", "ff02::1:ff00:1").ttl(255).nd_solicit("2001:db8:1::1", "52:54:00:00:01:31");
    };
    cut_vxlan(solicit, {{tunnel_headers, "vxlan.truncated"},
                        {tunnel_headers + 40, "parse.truncated"},
                        {tunnel_headers + 72, "parse.ip_total_length"}});
    CHECK(bench.send("fabric", solicit(from_machine(bench, "10.1.0.31")).bytes()).size() == 1);
}

TEST_CASE("a solicitation as long as its packet says, cut at every length")
{
    Bench bench(one_node);
    const Bytes message = rest(
        Packet{}.ipv6("2001:db8:1::31", "ff02::1:ff00:1").nd_solicit("2001:db8:1::1", "52:54:00:00:01:31").bytes(), 40);
    dies_at_every_length(bench, "fabric",
                         [&](std::size_t length) {
                             return from_machine(bench, "10.1.0.31")
                                 .ipv6("2001:db8:1::31", "ff02::1:ff00:1")
                                 .ttl(255)
                                 .protocol(58)
                                 .payload(first(message, length))
                                 .bytes();
                         },
                         {{8, "parse.icmp_malformed"}, {message.size(), "route.discovery_invalid"}});
}

TEST_CASE("a G-PDU with IP inside, cut at every length and its lengths made to agree")
{
    const Bytes ip = Packet{}.ipv4("100.64.0.7", "192.0.2.9").udp(5353, 53).payload(20).bytes();
    cut_gtpu(Packet{}.gtpu(0x1001).payload(ip),
             {{9, "gtpu.truncated"}, {8 + 20, "parse.truncated"}, {8 + ip.size(), "parse.ip_total_length"}});
    cut_gtpu(Packet{}.gtpu(0x1001).sequence(7).payload(ip),
             {{13, "gtpu.truncated"}, {12 + 20, "parse.truncated"}, {12 + ip.size(), "parse.ip_total_length"}});
    cut_gtpu(Packet{}.gtpu(0x1001).extension(0x85, Bytes{0x10, 5}).payload(ip),
             {{12, "gtpu.truncated"},
              {16, "gtpu.extension_malformed"},
              {17, "gtpu.truncated"},
              {16 + 20, "parse.truncated"},
              {16 + ip.size(), "parse.ip_total_length"}});
}

TEST_CASE("a G-PDU whose lengths disagree after the cut")
{
    Bench bench(one_node);
    const Bytes content = rest(from_phone(bench).udp(5353, 443).bytes(), gtpu_front);
    dies_at_every_length(bench, "n3",
                         [&](std::size_t length) {
                             return Packet{}
                                 .ethernet(bench.mac("n3"), radio_mac)
                                 .vlan(310)
                                 .ipv4("10.30.0.9", "10.30.0.1")
                                 .udp(2152, 2152)
                                 .payload(first(content, length))
                                 .bytes();
                         },
                         {{8, "gtpu.truncated"}, {content.size(), "gtpu.length_mismatch"}});
}

TEST_CASE("a path echo request with a sequence number, cut at every length")
{
    cut_gtpu(Packet{}.gtpu_message(1).sequence(7), {{12, "gtpu.truncated"}});
    // An extension header that never ends.
    const Bytes endless =
        front({0x34, 0xFF, 0, 12, 0, 0, 0x10, 0x01, 0, 0, 0, 0x85, 1, 0x10, 5, 0x85, 1, 0x10, 5, 0x85});
    Packet message;
    cut_gtpu(message.payload(endless), {{12, "gtpu.truncated"}, {endless.size() + 1, "gtpu.extension_malformed"}});
}

} // namespace sluice::test
