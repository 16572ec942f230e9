// Link headers with values that the standards forbid: Ethernet, VLAN tags, ARP, neighbour discovery.
#include <catch2/catch.hpp>

#include "tests/scenario/hostile/death.hpp"
#include "tests/scenario/stations.hpp"

namespace sluice::test {
namespace {

constexpr std::string_view everyone = "ff:ff:ff:ff:ff:ff";
constexpr std::string_view machine_mac = "52:54:00:00:01:31";

Packet datagram(Packet front)
{
    return front.ipv4("192.0.2.9", "203.0.113.80").udp(50'000, 443);
}

Packet question()
{
    return Packet{}.ethernet(everyone, router_mac).arp_request(router_mac, "198.51.100.1", "198.51.100.77");
}

Packet question_of(std::string_view mac, std::string_view address)
{
    return Packet{}.ethernet(everyone, router_mac).arp_request(mac, address, "198.51.100.77");
}

Packet redirect(Packet front, std::string_view router, std::string_view target, std::string_view destination)
{
    Bytes addresses = parse_ipv6(target);
    append(addresses, parse_ipv6(destination));
    return front.ipv6(router, "2001:db8:f::2").ttl(255).icmp6_error(137, 0, 0, addresses);
}

} // namespace

TEST_CASE("Ethernet headers with illegal values (IEEE 802.3 clause 3, RFC 1122 section 3.3.6)")
{
    Bench bench(one_node);
    const std::string own = bench.mac("internet");
    die(bench,
        {
            {"another station's", "internet", datagram(Packet{}.ethernet("02:00:00:00:00:99")), "parse.not_our_mac"},
            {"from a group", "internet", datagram(Packet{}.ethernet(own, "03:00:00:00:02:01")),
             "parse.source_mac_invalid"},
            {"from everyone", "internet", datagram(Packet{}.ethernet(own, everyone)), "parse.source_mac_invalid"},
            {"to everyone, IP to one", "internet", datagram(Packet{}.ethernet(everyone, router_mac)),
             "parse.multicast"},
            {"to a group, IP to one", "internet", datagram(Packet{}.ethernet("01:00:5e:00:00:05", router_mac)),
             "parse.multicast"},
            {"to a group, IPv6 to one", "internet",
             Packet{}
                 .ethernet("33:33:00:00:00:01", router_mac)
                 .ipv6("2001:db8:5::9", "2001:db8:f::80")
                 .tcp(50'000, 443, "S"),
             "parse.multicast"},
            {"a length, not a type", "internet", datagram(from_internet(bench)).corrupt(12, 0x01).corrupt(13, 0x00),
             "parse.ethertype_unknown"},
            {"type 0", "internet", datagram(from_internet(bench)).corrupt(12, 0x00).corrupt(13, 0x00),
             "parse.ethertype_unknown"},
            {"LLDP", "internet", datagram(from_internet(bench)).corrupt(12, 0x88).corrupt(13, 0xCC),
             "parse.ethertype_unknown"},
            {"IPv6 under IPv4's type", "internet",
             from_internet(bench).ipv6("2001:db8:5::9", "2001:db8:f::80").udp(1, 443).corrupt(12, 0x08).corrupt(13, 0),
             "parse.ip_version"},
            {"IPv4 under IPv6's type", "internet",
             datagram(from_internet(bench)).payload(30).corrupt(12, 0x86).corrupt(13, 0xDD), "parse.ip_version"},
        });
}

TEST_CASE("VLAN tags with illegal values (IEEE 802.1Q clause 9)")
{
    Bench bench(one_node);
    const auto tagged = [&](unsigned id) { return Packet{}.ethernet(bench.mac("internet"), router_mac).vlan(id); };
    const auto fabric = [&] { return Packet{}.ethernet(bench.mac("n3"), radio_mac); };
    die(bench, {
                   {"a foreign one", "internet", datagram(tagged(999)), "parse.vlan_unknown"},
                   {"a foreign one from everyone to everyone", "internet",
                    datagram(Packet{}.ethernet(everyone, everyone).vlan(999)), "parse.vlan_unknown"},
                   {"a foreign one from a group to everyone", "internet",
                    datagram(Packet{}.ethernet(everyone, "03:00:00:00:02:01").vlan(999)), "parse.vlan_unknown"},
                   {"another port's", "internet", datagram(tagged(310)), "parse.vlan_unknown"},
                   {"the reserved 4095", "internet", datagram(tagged(4095)), "parse.vlan_unknown"},
                   {"two tags", "fabric", datagram(fabric().vlan(310).vlan(311)), "parse.ethertype_unknown"},
                   {"the same tag twice", "fabric", datagram(fabric().vlan(310).vlan(310)), "parse.ethertype_unknown"},
                   {"a service tag (802.1ad)", "fabric",
                    datagram(fabric().vlan(310)).corrupt(12, 0x88).corrupt(13, 0xA8), "parse.ethertype_unknown"},
                   {"a tag that names no IP", "fabric", datagram(fabric().vlan(310)).corrupt(16, 0x12),
                    "parse.ethertype_unknown"},
               });
    // Without an identifier it is a priority only; priority and drop eligibility change nothing.
    passes(bench, "internet", datagram(tagged(0)).bytes(), "fabric");
    passes(bench, "internet", datagram(tagged(0).poke(0, 2, 0xF000)).bytes(), "fabric");
}

TEST_CASE("ARP with illegal values (RFC 826, RFC 1812 section 3.3.2)")
{
    Bench bench(one_node);
    std::vector<Row> rows{
        {"hardware type", "internet", question().poke(0, 2, 6), "parse.arp_malformed"},
        {"hardware type 0", "internet", question().poke(0, 2, 0), "parse.arp_malformed"},
        {"protocol type", "internet", question().poke(2, 2, 0x86DD), "parse.arp_malformed"},
        {"hardware length", "internet", question().poke(4, 1, 8), "parse.arp_malformed"},
        {"hardware length 0", "internet", question().poke(4, 1, 0), "parse.arp_malformed"},
        {"protocol length", "internet", question().poke(5, 1, 16), "parse.arp_malformed"},
        {"protocol length 0", "internet", question().poke(5, 1, 0), "parse.arp_malformed"},
    };
    for (const unsigned operation : {0U, 3U, 4U, 256U, 65'535U})
        rows.push_back({"operation " + std::to_string(operation), "internet", question().poke(6, 2, operation),
                        "parse.arp_malformed"});
    for (const char* mac : {"ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01", "00:00:00:00:00:00"})
        rows.push_back(
            {std::string("asker's MAC ") + mac, "internet", question_of(mac, "198.51.100.1"), "parse.arp_malformed"});
    for (const char* address : {"0.1.2.3", "127.0.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"})
        rows.push_back(
            {std::string("asker ") + address, "internet", question_of(router_mac, address), "parse.arp_malformed"});
    for (const char* address : {"0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255"})
        rows.push_back({std::string("target ") + address, "internet",
                        Packet{}.ethernet(everyone, router_mac).arp_request(router_mac, "198.51.100.1", address),
                        "parse.arp_malformed"});
    const auto inner = [&] { return from_machine(bench, "10.1.0.31"); };
    rows.push_back({"of another kind, in VXLAN", "fabric",
                    inner().arp_request(machine_mac, "10.1.0.31", "10.1.0.1").poke(0, 2, 6), "parse.arp_malformed"});
    rows.push_back({"operation 9, in VXLAN", "fabric",
                    inner().arp_request(machine_mac, "10.1.0.31", "10.1.0.1").poke(6, 2, 9), "parse.arp_malformed"});
    rows.push_back({"a group asks, in VXLAN", "fabric",
                    inner().arp_request("01:00:5e:00:00:01", "10.1.0.31", "10.1.0.1"), "parse.arp_malformed"});
    rows.push_back({"a reply nobody asked for, in VXLAN", "fabric",
                    inner().arp_reply(machine_mac, "10.1.0.31", gateway_mac, "10.1.0.1"), "route.arp_unanswered"});
    rows.push_back({"asked by nobody of this network", "fabric",
                    inner().arp_request(machine_mac, "192.0.2.1", "10.1.0.1"), "route.arp_unanswered"});
    die(bench, rows);
    // RFC 5227 section 1.1: who looks for a free address has none yet.
    is_answered(bench, "internet", question_of(router_mac, "0.0.0.0").bytes(), "route.arp_answered");
    is_punted(bench, "internet",
              Packet{}
                  .ethernet(bench.mac("internet"), router_mac)
                  .arp_reply(router_mac, "198.51.100.1", bench.mac("internet"), "198.51.100.2")
                  .bytes());
}

TEST_CASE("neighbour discovery with illegal values (RFC 4861 section 7.1)")
{
    Bench bench(one_node);
    struct Place {
        std::string interface;
        std::string asker;
        std::string group;
        std::string target;
        std::function<Packet()> front;
    };
    // On the wire for a service's address, and inside VXLAN for the gateway's.
    const std::vector<Place> places{
        {"internet", "2001:db8:f::1", "ff02::1:ff00:80", "2001:db8:f::80",
         [&] { return Packet{}.ethernet("33:33:ff:00:00:80", router_mac); }},
        {"fabric", "2001:db8:1::31", "ff02::1:ff00:1", "2001:db8:1::1",
         [&] { return from_machine(bench, "10.1.0.31"); }},
    };
    for (const Place& at : places) {
        const auto ip = [&](unsigned hop_limit = 255) { return at.front().ipv6(at.asker, at.group).ttl(hop_limit); };
        const auto ask = [&] { return ip().nd_solicit(at.target, machine_mac); };
        const auto tell = [&](unsigned hop_limit = 255) { return ip(hop_limit).nd_advertise(at.asker, machine_mac); };
        const auto nameless = [&](std::string_view to) { return at.front().ipv6("::", to).ttl(255); };
        const std::string invalid = "route.discovery_invalid";
        INFO(at.interface);
        die(bench,
            {
                {"hop limit 254", at.interface, ip(254).nd_solicit(at.target, machine_mac), invalid},
                {"hop limit 0", at.interface, ip(0).nd_solicit(at.target, machine_mac), invalid},
                {"code 1", at.interface, ask().poke(1, 1, 1), invalid},
                {"checksum", at.interface, ask().checksum(0x1111), invalid},
                {"checksum 0", at.interface, ask().checksum(0), invalid},
                {"a group as target", at.interface, ip().nd_solicit("ff02::1", machine_mac), invalid},
                {"an option of length 0", at.interface, ask().poke(25, 1, 0), invalid},
                {"an option longer than the message", at.interface, ask().poke(25, 1, 2), invalid},
                {"a fragment (RFC 6980)", at.interface, ip().fragment(0, true).nd_solicit(at.target, machine_mac),
                 invalid},
                {"an address to look for, and a MAC to have it", at.interface,
                 nameless(at.group).nd_solicit(at.target, machine_mac), invalid},
                {"an address to look for, not in its group", at.interface, nameless("ff02::1").nd_solicit(at.target),
                 invalid},
                {"advertised from afar", at.interface, tell(254), invalid},
                {"advertised with code 1", at.interface, tell().poke(1, 1, 1), invalid},
                {"advertised with a wrong checksum", at.interface, tell().checksum(0x1111), invalid},
                {"advertised with an option of length 0", at.interface, tell().poke(25, 1, 0), invalid},
                {"advertised as solicited, to everyone", at.interface,
                 at.front().ipv6(at.asker, "ff02::1").ttl(255).nd_advertise(at.asker, machine_mac), invalid},
                {"a group advertised", at.interface, ip().nd_advertise("ff02::1", machine_mac, 0), invalid},
                {"advertised by nobody", at.interface, nameless(at.group).nd_advertise(at.target, machine_mac, 0),
                 invalid},
                {"a router asked for by nobody who has a MAC", at.interface,
                 nameless("ff02::2").icmp6_error(133, 0, 0, Bytes{1, 1, 2, 0, 0, 0, 0, 1}), invalid},
                {"a router's advertisement from afar", at.interface,
                 at.front().ipv6(at.asker, "ff02::1").ttl(255).icmp6_error(134, 0, 0, Bytes(8)), invalid},
                {"a router's advertisement too short", at.interface,
                 at.front().ipv6("fe80::1", "ff02::1").ttl(255).icmp6_error(134, 0, 0, Bytes(7)), invalid},
                {"a redirect too short for its destination", at.interface, tell().poke(0, 1, 137), invalid},
                {"a redirect from afar", at.interface, redirect(at.front(), at.asker, "fe80::1", at.target), invalid},
                {"a redirect of a group", at.interface, redirect(at.front(), "fe80::1", "fe80::2", "ff02::5"), invalid},
                {"a redirect to afar", at.interface, redirect(at.front(), "fe80::1", at.asker, at.target), invalid},
            });
        is_answered(bench, at.interface, ask().bytes(), "route.nd_answered");
    }
    // In order, and nothing to do with the gateway: on the wire the kernel's, in a tunnel nobody's.
    const auto advertised = [](Packet front) {
        return front.ipv6("fe80::1", "ff02::1").ttl(255).icmp6_error(134, 0, 0, Bytes(8)).bytes();
    };
    const auto told = [](Packet front, std::string_view by) {
        return front.ipv6(by, "ff02::1").ttl(255).nd_advertise(by, machine_mac, 0x20000000).bytes();
    };
    const auto wire = [&] { return from_internet(bench); };
    const auto tunnel = [&] { return from_machine(bench, "10.1.0.31"); };
    is_punted(bench, "internet", advertised(wire()));
    is_punted(bench, "internet", told(wire(), "2001:db8:f::1"));
    is_punted(bench, "internet", redirect(wire(), "fe80::1", "fe80::2", "2001:db8:f::80").bytes());
    dies(bench, "fabric", advertised(tunnel()), "route.arp_unanswered");
    dies(bench, "fabric", told(tunnel(), "2001:db8:1::31"), "route.arp_unanswered");
    dies(bench, "fabric", redirect(tunnel(), "fe80::1", "fe80::2", "2001:db8:1::1").bytes(), "route.arp_unanswered");
}

} // namespace sluice::test
