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

// An IP packet behind `front` bytes of link header: first the headers are not whole, then the packet is shorter than it
// says, whatever it carries.
void cut_frame(const std::string& interface, const std::function<Packet(const Bench&)>& packet, std::size_t front,
               std::size_t header)
{
    Bench bench(one_node);
    const Bytes whole = packet(bench).bytes();
    dies_at_every_length(bench, interface, [&](std::size_t length) { return first(whole, length); },
                         {{front + header, "parse.truncated"}, {whole.size(), "parse.ip_total_length"}});
}

} // namespace

TEST_CASE("an IPv4 frame cut at every length dies by name, whatever it carries")
{
    const auto from = [](const Bench& bench) { return from_internet(bench).ipv4("192.0.2.9", "203.0.113.80"); };
    cut_frame(
        "internet", [&](const Bench& bench) { return from(bench).udp(50'000, 443).payload(20); }, ethernet, ipv4);
    cut_frame(
        "internet", [&](const Bench& bench) { return from(bench).tcp(50'000, 443, "S").mss(1460); }, ethernet, ipv4);
    cut_frame(
        "internet", [&](const Bench& bench) { return from(bench).icmp_echo(8, 7, 1).payload(20); }, ethernet, ipv4);
}

TEST_CASE("an IPv6 frame cut at every length dies by name, whatever it carries")
{
    const auto from = [](const Bench& bench) { return from_internet(bench).ipv6("2001:db8:5::9", "2001:db8:f::80"); };
    cut_frame(
        "internet", [&](const Bench& bench) { return from(bench).tcp(50'000, 443, "S").mss(1440); }, ethernet, ipv6);
    cut_frame(
        "internet", [&](const Bench& bench) { return from(bench).extension(60, Bytes(6)).udp(50'000, 443); }, ethernet,
        ipv6);
    cut_frame(
        "internet", [&](const Bench& bench) { return from(bench).icmp6_echo(128, 7, 1).payload(20); }, ethernet, ipv6);
    cut_frame(
        "internet", [&](const Bench& bench) { return from(bench).nd_solicit("2001:db8:f::80", router_mac); }, ethernet,
        ipv6);
}

TEST_CASE("a tagged frame with a tunnel inside, cut at every length, dies by name")
{
    cut_frame(
        "n3", [](const Bench& bench) { return from_phone(bench).udp(5353, 443).payload(20); }, ethernet + vlan, ipv4);
    cut_frame(
        "n3",
        [](const Bench& bench) {
            return Packet{}
                .ethernet(bench.mac("n3"), radio_mac)
                .vlan(310)
                .ipv4("10.30.0.9", "10.30.0.1")
                .udp(2152, 2152)
                .gtpu_message(1)
                .sequence(7);
        },
        ethernet + vlan, ipv4);
    cut_frame(
        "fabric",
        [](const Bench& bench) {
            return from_machine(bench, "10.1.0.31").ipv4("10.1.0.31", "192.0.2.9").tcp(8443, 50'000, "A");
        },
        ethernet, ipv4);
}

TEST_CASE("an ARP frame cut at every length dies by name")
{
    Bench bench(one_node);
    const Bytes whole = Packet{}
                            .ethernet("ff:ff:ff:ff:ff:ff", router_mac)
                            .arp_request(router_mac, "198.51.100.1", "198.51.100.77")
                            .bytes();
    dies_at_every_length(bench, "internet", [&](std::size_t length) { return first(whole, length); },
                         {{ethernet, "parse.truncated"}, {whole.size(), "parse.arp_malformed"}});
    CHECK(bench.send("internet", whole).size() == 1);
}

} // namespace sluice::test
