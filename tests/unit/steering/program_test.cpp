// Packets and what becomes of them, row by row: the rules of dataplane/steering/README.md.
#include <catch2/catch.hpp>

#include "tests/unit/steering/site.hpp"

namespace sluice::test {
namespace {

using namespace site;

struct Row {
    std::string what;
    Packet packet;
    std::string verdict;
};

void judge(Tunnels tunnels, const std::vector<Row>& rows)
{
    Loaded loaded;
    set_up(loaded, tunnels);
    for (const Row& row : rows) {
        INFO(row.what);
        CHECK(loaded.verdict(row.packet.bytes()) == row.verdict);
    }
}

Packet to4(std::string_view destination)
{
    return Packet{}.ethernet().ipv4(peer4, destination);
}
Packet to6(std::string_view destination)
{
    return Packet{}.ethernet().ipv6(peer6, destination);
}

const Bytes six(6, 0); // a header of eight bytes, less the two that the builder writes
const Bytes fourteen(14, 0);

} // namespace

TEST_CASE("addresses of the gateway are its own whatever is sent to them")
{
    judge(Tunnels::over4,
          {{"TCP to a service", to4(service4).tcp(40000, 443, "S"), "address"},
           {"UDP to a pool, in its prefix", to4(pooled4).udp(53, 2000), "address"},
           {"an echo", to4(service4).icmp_echo(8, 1, 1), "address"},
           {"the tunnel port, but to a service", to4(service4).udp(1, 4789), "address"},
           {"the first fragment", to4(service4).fragment(0, true).udp(1, 2).payload(64), "address"},
           {"a later fragment", to4(pooled4).protocol(17).fragment(64, false).payload(64), "address"},
           {"with options", to4(service4).ipv4_options(hex("01010101")).udp(1, 2), "address"},
           {"IPv6", to6(service6).tcp(40000, 443, "S"), "address"},
           {"IPv6, a later fragment", to6(service6).protocol(17).fragment(64, false).payload(64), "address"},
           {"IPv6 behind extension headers", to6(service6).extension(60, six).tcp(1, 443, "S"), "address"},
           {"a neighbour that asks the service itself", to6(service6).ttl(255).nd_solicit(service6), "address"},
           {"with a priority tag", Packet{}.ethernet().vlan(0, 5).ipv4(peer4, service4).udp(1, 2), "address"}});
}

TEST_CASE("everything else stays with the kernel")
{
    judge(
        Tunnels::over4,
        {{"SSH to the kernel", to4(kernel4).tcp(40000, 22, "S"), "passed"},
         {"BGP to the kernel", to4(kernel4).tcp(40000, 179, "S"), "passed"},
         {"an echo to the kernel", to4(kernel4).icmp_echo(8, 1, 1), "passed"},
         {"an error about a tunnel's packet", to4(kernel4).icmp_error(3, 4, 1400, to4(peer4).udp(1, 4789).bytes()),
          "passed"},
         {"an address of the kernel's within a pool", to4(hole4).tcp(1, 22, "S"), "passed"},
         {"somebody else", to4("203.0.113.96").tcp(1, 443, "S"), "passed"},
         {"one beside the pool", to4("203.0.113.63").tcp(1, 443, "S"), "passed"},
         {"the service at another station", Packet{}.ethernet(other_mac).ipv4(peer4, service4).udp(1, 2), "passed"},
         {"the service by broadcast", Packet{}.ethernet("ff:ff:ff:ff:ff:ff").ipv4(peer4, service4).udp(1, 2), "passed"},
         {"IPv6 to the kernel", to6(kernel6).tcp(1, 22, "S"), "passed"},
         {"another VLAN", Packet{}.ethernet().vlan(311).ipv4(peer4, service4).udp(1, 2), "passed"},
         {"two tags", Packet{}.ethernet().vlan(0).vlan(310).ipv4(peer4, service4).udp(1, 2), "passed"},
         {"a version that is not the type's", to4(service4).udp(1, 2).corrupt(14, 0x65), "passed"},
         {"IPv6 with version 4", to6(service6).udp(1, 2).corrupt(14, 0x40), "passed"},
         {"no known type", Packet{}.ethernet().ipv4(peer4, service4).udp(1, 2).corrupt(12, 0x88), "passed"}});
}

TEST_CASE("UDP to a tunnel's end and port opens the tunnel")
{
    judge(
        Tunnels::over4,
        {{"VXLAN", to4(kernel4).udp(50000, 4789).vxlan(5001), "tunnel"},
         {"GTP-U", to4(gtpu4).udp(2152, 2152).gtpu(0x1001), "tunnel"},
         {"with options", to4(kernel4).ipv4_options(hex("01010101")).udp(50000, 4789), "tunnel"},
         {"the first fragment, which has the port", to4(kernel4).fragment(0, true).udp(1, 4789).payload(64), "tunnel"},
         {"a later fragment, which has none", to4(kernel4).protocol(17).fragment(64, false).payload(64), "passed"},
         {"the source's port", to4(kernel4).udp(4789, 50000), "passed"},
         {"each end has its own port", to4(kernel4).udp(2152, 2152), "passed"},
         {"and the other way round", to4(gtpu4).udp(4789, 4789), "passed"},
         {"TCP", to4(kernel4).tcp(1, 4789, "S"), "passed"},
         {"IPv6 to an end that is IPv4", to6(kernel6).udp(1, 4789), "passed"},
         {"a header length that is too small", to4(kernel4).udp(1, 4789).corrupt(14, 0x44), "passed"},
         {"in a VLAN of the kernel's", Packet{}.ethernet().vlan(311).ipv4(peer4, kernel4).udp(1, 4789), "passed"}});
}

TEST_CASE("the same over IPv6, behind extension headers")
{
    judge(Tunnels::over6,
          {{"VXLAN", to6(kernel6).udp(50000, 4789).vxlan(5001), "tunnel"},
           {"behind hop-by-hop options", to6(kernel6).extension(0, six).udp(1, 4789), "tunnel"},
           {"behind three headers",
            to6(kernel6).extension(0, six).extension(43, fourteen).extension(60, six).udp(1, 4789), "tunnel"},
           {"behind six",
            to6(kernel6)
                .extension(0, six)
                .extension(60, six)
                .extension(60, six)
                .extension(60, six)
                .extension(60, six)
                .extension(60, six)
                .udp(1, 4789),
            "tunnel"},
           {"behind seven",
            to6(kernel6)
                .extension(0, six)
                .extension(60, six)
                .extension(60, six)
                .extension(60, six)
                .extension(60, six)
                .extension(60, six)
                .extension(60, six)
                .udp(1, 4789),
            "passed"},
           {"the first fragment", to6(kernel6).fragment(0, true).udp(1, 4789).payload(64), "tunnel"},
           {"a later one", to6(kernel6).protocol(17).fragment(64, false).payload(64), "passed"},
           {"another port", to6(kernel6).udp(1, 4788), "passed"},
           {"the same bytes in IPv4", to4(kernel4).udp(1, 4789), "passed"}});
}

TEST_CASE("questions for the gateway's addresses are answered by the gateway, the others by the kernel")
{
    const auto asks = [](std::string_view target) {
        return Packet{}.ethernet("ff:ff:ff:ff:ff:ff").arp_request(near_mac, peer4, target);
    };
    const auto solicits = [](std::string_view target) {
        return Packet{}
            .ethernet("33:33:ff:00:00:80")
            .ipv6("fe80::1", "ff02::1:ff00:80")
            .ttl(255)
            .nd_solicit(target, near_mac);
    };
    judge(
        Tunnels::over4,
        {{"ARP for a service", asks(service4), "neighbor"},
         {"ARP for an address of the pool", asks(pooled4), "neighbor"},
         {"ARP for the kernel's", asks(kernel4), "passed"},
         {"ARP for the hole in the pool", asks(hole4), "passed"},
         {"ARP for a tunnel's end alone", asks(gtpu4), "passed"},
         {"an answer to the kernel", Packet{}.ethernet().arp_reply(near_mac, service4, far_mac, kernel4), "passed"},
         {"an answer about a service", Packet{}.ethernet().arp_reply(near_mac, service4, far_mac, service4), "passed"},
         {"to one station", Packet{}.ethernet().arp_request(near_mac, peer4, service4), "neighbor"},
         {"to another station", Packet{}.ethernet(other_mac).arp_request(near_mac, peer4, service4), "passed"},
         {"ARP over something else", asks(service4).corrupt(15, 6), "passed"},
         {"ND for a service", solicits(service6), "neighbor"},
         {"ND for the kernel's", solicits(kernel6), "passed"},
         {"ND that was routed", solicits(service6).corrupt(21, 64), "passed"},
         {"an advertisement",
          Packet{}.ethernet("33:33:00:00:00:01").ipv6("fe80::1", "ff02::1").ttl(255).nd_advertise(service6, near_mac),
          "passed"}});
}

TEST_CASE("a VLAN of the gateway's is its own with everything in it")
{
    const auto tagged = [] { return Packet{}.ethernet("ff:ff:ff:ff:ff:ff").vlan(our_vlan); };
    judge(Tunnels::over4, {{"ARP", tagged().arp_request(near_mac, "10.30.0.9", "10.30.0.1"), "vlan"},
                           {"an answer", tagged().arp_reply(near_mac, "10.30.0.9", far_mac, "10.30.0.1"), "vlan"},
                           {"IPv4 to anybody", tagged().ipv4("10.30.0.9", "10.30.0.1").tcp(1, 179, "S"), "vlan"},
                           {"what nobody knows", tagged().payload(64), "vlan"}});
}

TEST_CASE("a frame cut anywhere is judged by what is there, or the kernel's")
{
    Loaded loaded;
    set_up(loaded, Tunnels::over4);
    constexpr std::size_t least = 14; // what the kernel's test run takes
    const auto verdict_at = [&](const Packet& packet, std::size_t length) {
        Bytes frame = packet.bytes();
        REQUIRE(frame.size() >= length);
        frame.resize(length);
        return loaded.verdict(frame);
    };
    for (std::size_t length = least; length < 14 + 20 + 8; ++length) {
        INFO(length);
        CHECK(verdict_at(to4(kernel4).udp(1, 4789).payload(32), length) == "passed");
        CHECK(verdict_at(to4(service4).udp(1, 2).payload(32), length) == (length < 14 + 20 ? "passed" : "address"));
        CHECK(verdict_at(to6(service6).udp(1, 2).payload(32), length) == "passed");
        CHECK(verdict_at(Packet{}.ethernet().arp_request(near_mac, peer4, service4), length) ==
              (length < 14 + 28 ? "passed" : "neighbor"));
        CHECK(verdict_at(Packet{}.ethernet().vlan(our_vlan).payload(64), length) == (length < 18 ? "passed" : "vlan"));
    }
    CHECK(verdict_at(to4(kernel4).udp(1, 4789), 14 + 20 + 8) == "tunnel");
}

TEST_CASE("what is the gateway's never reaches the kernel for want of a socket")
{
    Loaded loaded;
    set_up(loaded, Tunnels::over4);
    loaded.remove_socket();
    CHECK(loaded.verdict(to4(service4).udp(1, 2).bytes()) == "no_socket");
    CHECK(loaded.verdict(to4(kernel4).tcp(1, 22, "S").bytes()) == "passed");
}

TEST_CASE("what leaves the maps leaves the gateway")
{
    Loaded loaded;
    set_up(loaded, Tunnels::over4);
    CHECK(loaded.maps.remove(*Prefix::parse("203.0.113.80/32")));
    CHECK(loaded.maps.remove(*Prefix::parse("203.0.113.80/32"))); // again: nothing to do
    CHECK(loaded.verdict(to4(service4).udp(1, 2).bytes()) == "passed");
    CHECK(loaded.maps.set(steering::Endpoints{}, *MacAddress::parse(mac)));
    CHECK(loaded.verdict(to4(kernel4).udp(1, 4789).bytes()) == "passed");
}

} // namespace sluice::test
