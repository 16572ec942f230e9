// Frames that end too early: the wire's own cut, with every length field as it was.
#include <catch2/catch.hpp>

#include "tests/scenario/hostile/death.hpp"
#include "tests/scenario/stations.hpp"

namespace sluice::test {
namespace {

constexpr std::size_t ethernet = 14;
constexpr std::size_t vlan = 4;
constexpr std::size_t ipv4 = 20;
constexpr std::size_t ipv6 = 40;

// First the link and IP headers, `headers` bytes, are not whole; then the packet is shorter than it says, whatever it
// carries.
void cut_frame(Bench& bench, const std::string& interface, std::size_t headers, const Packet& packet)
{
    const Bytes whole = packet.bytes();
    dies_at_every_length(bench, interface, [&](std::size_t length) { return first(whole, length); },
                         {{headers, "parse.truncated"}, {whole.size(), "parse.ip_total_length"}});
}

void cut_arp(Bench& bench, const std::string& interface, std::size_t link, const Packet& packet)
{
    const Bytes whole = packet.bytes();
    dies_at_every_length(bench, interface, [&](std::size_t length) { return first(whole, length); },
                         {{link, "parse.truncated"}, {whole.size(), "parse.arp_malformed"}});
}

Bytes quoted4()
{
    return Packet{}.ipv4("203.0.113.80", "192.0.2.9").tcp(443, 50'000, "A").payload(8).bytes();
}
Bytes quoted6()
{
    return Packet{}.ipv6("2001:db8:f::80", "2001:db8:5::9").tcp(443, 50'000, "A").payload(8).bytes();
}

} // namespace

TEST_CASE("an IPv4 frame cut at every length dies by name, whatever it carries")
{
    Bench bench(one_node);
    const auto from = [&] { return from_internet(bench).ipv4("192.0.2.9", "203.0.113.80"); };
    constexpr std::size_t headers = ethernet + ipv4;
    cut_frame(bench, "internet", headers, from().udp(50'000, 443).payload(20));
    cut_frame(bench, "internet", headers, from().tcp(50'000, 443, "S").mss(1460));
    cut_frame(bench, "internet", headers, from().icmp_echo(8, 7, 1).payload(20));
    cut_frame(bench, "internet", headers, from().icmp_error(3, 4, 1280, quoted4()));
    cut_frame(bench, "internet", headers, from().fragment(0, true).udp(50'000, 443).payload(24));
    cut_frame(bench, "internet", headers, from().fragment(64, false).payload(24));
    cut_frame(bench, "internet", headers, from().ipv4_options(Bytes{7, 7, 4, 0, 0, 0, 0}).udp(50'000, 443));
    cut_frame(bench, "internet", headers, from().protocol(47).payload(20));
    cut_frame(bench, "internet", headers + vlan,
              Packet{}
                  .ethernet(bench.mac("internet"), router_mac)
                  .vlan(0, 5)
                  .ipv4("192.0.2.9", "203.0.113.80")
                  .udp(50'000, 443));
}

TEST_CASE("an IPv6 frame cut at every length dies by name, whatever it carries")
{
    Bench bench(one_node);
    const auto from = [&] { return from_internet(bench).ipv6("2001:db8:5::9", "2001:db8:f::80"); };
    constexpr std::size_t headers = ethernet + ipv6;
    cut_frame(bench, "internet", headers, from().tcp(50'000, 443, "S").mss(1440));
    cut_frame(bench, "internet", headers, from().udp(50'000, 443).payload(20));
    cut_frame(bench, "internet", headers, from().icmp6_echo(128, 7, 1).payload(20));
    cut_frame(bench, "internet", headers, from().icmp6_error(2, 0, 1280, quoted6()));
    cut_frame(bench, "internet", headers, from().extension(0, Bytes(6)).tcp(50'000, 443, "S"));
    cut_frame(bench, "internet", headers, from().extension(60, Bytes(14)).udp(50'000, 443));
    cut_frame(bench, "internet", headers, from().extension(43, Bytes{4, 0, 0, 0, 0, 0}).udp(50'000, 443));
    cut_frame(bench, "internet", headers, from().fragment(0, true).tcp(50'000, 443, "S").payload(24));
    cut_frame(bench, "internet", headers, from().fragment(64, false).payload(24));
    cut_frame(bench, "internet", headers, from().ttl(255).nd_solicit("2001:db8:f::80", router_mac));
    cut_frame(bench, "internet", headers, from().ttl(255).nd_advertise("2001:db8:f::80", router_mac));
}

TEST_CASE("a frame with VXLAN inside, cut at every length, dies by name")
{
    Bench bench(one_node);
    const auto from = [&] { return from_machine(bench, "10.1.0.31"); };
    constexpr std::size_t headers = ethernet + ipv4;
    cut_frame(bench, "fabric", headers, from().ipv4("10.1.0.31", "192.0.2.9").tcp(8443, 50'000, "A"));
    cut_frame(bench, "fabric", headers, from().ipv6("2001:db8:1::31", "2001:db8:5::9").udp(8443, 50'000));
    cut_frame(bench, "fabric", headers, from().arp_request("52:54:00:00:01:31", "10.1.0.31", "10.1.0.1"));
    cut_frame(bench, "fabric", headers,
              from().ipv6("2001:db8:1::31", "ff02::1:ff00:1").ttl(255).nd_solicit("2001:db8:1::1"));
}

TEST_CASE("a tagged frame with GTP-U inside, cut at every length, dies by name")
{
    Bench bench(one_node);
    const auto inside = [](Packet tunnel) { return tunnel.ipv4("100.64.0.7", "192.0.2.9").udp(5353, 53).payload(20); };
    const auto echo = [&](unsigned type) {
        return Packet{}
            .ethernet(bench.mac("n3"), radio_mac)
            .vlan(310)
            .ipv4("10.30.0.9", "10.30.0.1")
            .udp(2152, 2152)
            .gtpu_message(type)
            .sequence(7);
    };
    constexpr std::size_t headers = ethernet + vlan + ipv4;
    cut_frame(bench, "n3", headers, inside(from_radio(bench)));
    cut_frame(bench, "n3", headers, inside(from_radio(bench).sequence(7).npdu(3)));
    cut_frame(bench, "n3", headers, inside(from_radio(bench).extension(0x85, Bytes{0x10, 5})));
    cut_frame(bench, "n3", headers, echo(1));
    cut_frame(bench, "n3", headers, echo(2));
}

TEST_CASE("an ARP frame cut at every length dies by name")
{
    Bench bench(one_node);
    constexpr std::string_view everyone = "ff:ff:ff:ff:ff:ff";
    const Packet question =
        Packet{}.ethernet(everyone, router_mac).arp_request(router_mac, "198.51.100.1", "198.51.100.77");
    cut_arp(bench, "internet", ethernet, question);
    is_answered(bench, "internet", question.bytes(), "route.arp_answered");
    cut_arp(bench, "internet", ethernet,
            Packet{}
                .ethernet(bench.mac("internet"), router_mac)
                .arp_reply(router_mac, "198.51.100.1", bench.mac("internet"), "198.51.100.2"));
    cut_arp(bench, "n3", ethernet + vlan,
            Packet{}.ethernet(everyone, radio_mac).vlan(310).arp_request(radio_mac, "10.30.0.9", "10.30.0.1"));
}

} // namespace sluice::test
