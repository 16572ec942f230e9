// Tunnels whose outer packet is in order and whose content ends too early.
#include <catch2/catch.hpp>

#include "tests/scenario/hostile/death.hpp"
#include "tests/scenario/stations.hpp"

namespace sluice::test {
namespace {

constexpr std::size_t udp_header = 8;
constexpr std::size_t vxlan_front = 14 + 20 + udp_header; // Ethernet, IPv4, UDP
constexpr std::size_t gtpu_front = vxlan_front + 4;       // and the VLAN tag
constexpr std::size_t tunnel_headers = 8 + 14;            // VXLAN, inner Ethernet
constexpr std::size_t ipv4 = 20;
constexpr std::size_t ipv6 = 40;
constexpr std::string_view machine_mac = "52:54:00:00:01:31";

using Inside = std::function<Packet(Packet tunnel)>;

// Twice: the outer packet ends with the cut; it is whole, and its UDP length ends there.
void cut_vxlan(Bench& bench, const Inside& inside, const std::function<std::vector<Range>(std::size_t whole)>& ranges)
{
    const Bytes content = rest(inside(from_machine(bench, "10.1.0.31")).bytes(), vxlan_front);
    const auto front = [&] {
        return Packet{}.ethernet(bench.mac("fabric"), host1_mac).ipv4("10.20.0.11", "10.20.0.2").udp(51'000, 4789);
    };
    const auto cut = [&](std::size_t length) { return front().payload(first(content, length)).bytes(); };
    const auto surplus = [&](std::size_t length) {
        return front().poke(4, 2, udp_header + length).payload(content).bytes();
    };
    dies_at_every_length(bench, "fabric", cut, ranges(content.size()));
    dies_at_every_length(bench, "fabric", surplus, ranges(content.size()));
}

std::vector<Range> ipv4_ranges(std::size_t whole)
{
    return {{tunnel_headers, "vxlan.truncated"},
            {tunnel_headers + ipv4, "parse.truncated"},
            {whole, "parse.ip_total_length"}};
}

std::vector<Range> ipv6_ranges(std::size_t whole)
{
    return {{tunnel_headers, "vxlan.truncated"},
            {tunnel_headers + ipv6, "parse.truncated"},
            {whole, "parse.ip_total_length"}};
}

std::vector<Range> arp_ranges(std::size_t whole)
{
    return {{tunnel_headers, "vxlan.truncated"}, {whole, "parse.arp_malformed"}};
}

Packet radio(const Bench& bench)
{
    return Packet{}.ethernet(bench.mac("n3"), radio_mac).vlan(310).ipv4("10.30.0.9", "10.30.0.1").udp(2152, 2152);
}

// The GTP-U length field agrees with what is left. Twice, as above.
void cut_gtpu(const Packet& message, const std::vector<Range>& ranges)
{
    Bench bench(one_node);
    const Bytes content = message.bytes();
    const auto with_length = [&](std::size_t length, std::size_t kept) {
        Bytes cut = first(content, kept);
        if (kept >= 4) write_number(cut, 2, 2, length < 8 ? 0 : length - 8);
        return cut;
    };
    const auto cut = [&](std::size_t length) { return radio(bench).payload(with_length(length, length)).bytes(); };
    const auto surplus = [&](std::size_t length) {
        return radio(bench).poke(4, 2, udp_header + length).payload(with_length(length, content.size())).bytes();
    };
    dies_at_every_length(bench, "n3", cut, ranges);
    dies_at_every_length(bench, "n3", surplus, ranges);
}

// `message` with the checksum that it has in a packet between these addresses.
Bytes with_checksum(Bytes message, std::string_view source, std::string_view destination)
{
    write_number(message, 2, 2, 0);
    Bytes covered = pseudo_header(parse_ipv6(source), parse_ipv6(destination), 58, message.size());
    append(covered, message);
    write_number(message, 2, 2, reference_checksum(covered));
    return message;
}

} // namespace

TEST_CASE("VXLAN with IPv4 inside, cut at every length")
{
    Bench bench(one_node);
    const auto cut = [&](const Inside& inside) { cut_vxlan(bench, inside, ipv4_ranges); };
    const auto ip = [](Packet& tunnel) -> Packet& { return tunnel.ipv4("10.1.0.31", "192.0.2.9"); };
    cut([&](Packet tunnel) { return ip(tunnel).tcp(8443, 50'000, "S").mss(1410); });
    cut([&](Packet tunnel) { return ip(tunnel).udp(8443, 50'000).payload(9); });
    cut([&](Packet tunnel) { return ip(tunnel).icmp_echo(8, 7, 1).payload(9); });
    cut([&](Packet tunnel) {
        const Bytes quoted = Packet{}.ipv4("192.0.2.9", "10.1.0.31").tcp(50'000, 8443, "S").bytes();
        return ip(tunnel).icmp_error(3, 3, 0, quoted);
    });
}

TEST_CASE("VXLAN with IPv6 inside, cut at every length")
{
    Bench bench(one_node);
    const auto cut = [&](const Inside& inside) { cut_vxlan(bench, inside, ipv6_ranges); };
    const auto ip = [](Packet& tunnel) -> Packet& { return tunnel.ipv6("2001:db8:1::31", "2001:db8:5::9"); };
    cut([&](Packet tunnel) { return ip(tunnel).udp(8443, 50'000).payload(9); });
    cut([&](Packet tunnel) { return ip(tunnel).extension(0, Bytes(6)).tcp(8443, 50'000, "S").mss(1390); });
    cut([&](Packet tunnel) { return ip(tunnel).fragment(0, true).tcp(8443, 50'000, "A").payload(16); });
    cut([&](Packet tunnel) {
        const Bytes quoted = Packet{}.ipv6("2001:db8:5::9", "2001:db8:1::31").tcp(50'000, 8443, "S").bytes();
        return ip(tunnel).icmp6_error(1, 4, 0, quoted);
    });
}

TEST_CASE("VXLAN with ARP or neighbour discovery inside, cut at every length")
{
    Bench bench(one_node);
    const Inside ask = [](Packet tunnel) { return tunnel.arp_request(machine_mac, "10.1.0.31", "10.1.0.1"); };
    cut_vxlan(bench, ask, arp_ranges);
    is_answered(bench, "fabric", ask(from_machine(bench, "10.1.0.31")).bytes(), "route.arp_answered");

    const Inside solicit = [](Packet tunnel) {
        return tunnel.ipv6("2001:db8:1::31", "ff02::1:ff00:1").ttl(255).nd_solicit("2001:db8:1::1", machine_mac);
    };
    cut_vxlan(bench, solicit, ipv6_ranges);
    is_answered(bench, "fabric", solicit(from_machine(bench, "10.1.0.31")).bytes(), "route.nd_answered");

    const Inside advertise = [](Packet tunnel) {
        return tunnel.ipv6("2001:db8:1::31", "2001:db8:1::1").ttl(255).nd_advertise("2001:db8:1::31", machine_mac);
    };
    cut_vxlan(bench, advertise, ipv6_ranges);
}

// The checksum is right each time: it is the length that must be noticed.
TEST_CASE("neighbour discovery as long as its packet says, cut at every length")
{
    Bench bench(one_node);
    constexpr std::string_view source = "2001:db8:1::31";
    constexpr std::string_view group = "ff02::1:ff00:1";
    const Bytes solicitation =
        rest(Packet{}.ipv6(source, group).nd_solicit("2001:db8:1::1", machine_mac).bytes(), ipv6);
    const Bytes advertisement =
        rest(Packet{}.ipv6(source, group).nd_advertise(source, machine_mac, 0x20000000).bytes(), ipv6);
    const auto frame = [&](const Bytes& message, std::size_t length) {
        Bytes cut = first(message, length);
        if (length >= 4) cut = with_checksum(cut, source, group);
        return from_machine(bench, "10.1.0.31").ipv6(source, group).ttl(255).protocol(58).payload(cut).bytes();
    };
    const std::vector<Range> short_of_target{{8, "parse.icmp_malformed"}, {24, "route.discovery_invalid"}};
    dies_at_every_length(
        bench, "fabric", [&](std::size_t length) { return frame(solicitation, length); }, short_of_target);
    dies_at_every_length(
        bench, "fabric", [&](std::size_t length) { return frame(advertisement, length); }, short_of_target);
    for (std::size_t length = 25; length < solicitation.size(); ++length) { // inside the option
        dies(bench, "fabric", frame(solicitation, length), "route.discovery_invalid");
        dies(bench, "fabric", frame(advertisement, length), "route.discovery_invalid");
    }
    dies(bench, "fabric", frame(advertisement, 24), "route.arp_unanswered");    // in order, and nobody asked
    is_answered(bench, "fabric", frame(solicitation, 24), "route.nd_answered"); // an option is not required
    is_answered(bench, "fabric", frame(solicitation, solicitation.size()), "route.nd_answered");
}

TEST_CASE("a G-PDU with IP inside, cut at every length and its lengths made to agree")
{
    const Bytes ip = Packet{}.ipv4("100.64.0.7", "192.0.2.9").udp(5353, 53).payload(20).bytes();
    cut_gtpu(Packet{}.gtpu(0x1001).payload(ip),
             {{9, "gtpu.truncated"}, {8 + ipv4, "parse.truncated"}, {8 + ip.size(), "parse.ip_total_length"}});
    cut_gtpu(Packet{}.gtpu(0x1001).sequence(7).payload(ip),
             {{13, "gtpu.truncated"}, {12 + ipv4, "parse.truncated"}, {12 + ip.size(), "parse.ip_total_length"}});
    cut_gtpu(Packet{}.gtpu(0x1001).extension(0x85, Bytes{0x10, 5}).payload(ip),
             {{12, "gtpu.truncated"},
              {16, "gtpu.extension_malformed"},
              {17, "gtpu.truncated"},
              {16 + ipv4, "parse.truncated"},
              {16 + ip.size(), "parse.ip_total_length"}});
    cut_gtpu(Packet{}.gtpu(0x1001).extension(0x45, Bytes(6)).extension(0x85, Bytes{0x10, 5}).payload(ip),
             {{12, "gtpu.truncated"},
              {24, "gtpu.extension_malformed"},
              {25, "gtpu.truncated"},
              {24 + ipv4, "parse.truncated"},
              {24 + ip.size(), "parse.ip_total_length"}});
    const Bytes ip6 = Packet{}.ipv6("2001:db8::7", "2001:db8:5::9").udp(5353, 53).payload(20).bytes();
    cut_gtpu(Packet{}.gtpu(0x1001).payload(ip6),
             {{9, "gtpu.truncated"}, {8 + ipv6, "parse.truncated"}, {8 + ip6.size(), "parse.ip_total_length"}});
}

TEST_CASE("a G-PDU whose lengths disagree after the cut")
{
    Bench bench(one_node);
    const Bytes content = rest(from_phone(bench).udp(5353, 443).bytes(), gtpu_front);
    dies_at_every_length(bench, "n3",
                         [&](std::size_t length) { return radio(bench).payload(first(content, length)).bytes(); },
                         {{8, "gtpu.truncated"}, {content.size(), "gtpu.length_mismatch"}});
}

TEST_CASE("path messages, cut at every length")
{
    const auto message = [](unsigned type) { return Packet{}.gtpu_message(type).sequence(7); };
    const Bytes recovery{14, 0};
    const Bytes private_extension{255, 0, 4, 0, 1, 2, 3};
    const Bytes teid_and_address{16, 0, 0, 0x10, 1, 133, 0, 4, 10, 30, 0, 9};
    const Bytes extension_types{141, 2, 0x85, 0xC0};
    cut_gtpu(Packet{}.gtpu_message(1), {{8, "gtpu.truncated"}});
    cut_gtpu(message(1), {{12, "gtpu.truncated"}});
    cut_gtpu(message(2).payload(recovery), {{12, "gtpu.truncated"}, {14, "gtpu.element_malformed"}});
    cut_gtpu(message(26).payload(teid_and_address), {{12, "gtpu.truncated"}, {24, "gtpu.element_malformed"}});
    cut_gtpu(message(31).payload(extension_types), {{12, "gtpu.truncated"}, {16, "gtpu.element_malformed"}});
    // Without its element an end marker is whole, so that is no cut.
    Bench bench(one_node);
    for (std::size_t length = 1; length < private_extension.size(); ++length)
        dies(bench, "n3", radio(bench).gtpu_message(254, 0x1001).payload(first(private_extension, length)).bytes(),
             "gtpu.element_malformed");
    // An extension header that never ends.
    const Bytes endless{0x34, 0xFF, 0, 12, 0, 0, 0x10, 0x01, 0, 0, 0, 0x85, 1, 0x10, 5, 0x85, 1, 0x10, 5, 0x85};
    cut_gtpu(Packet{}.payload(endless), {{12, "gtpu.truncated"}, {endless.size() + 1, "gtpu.extension_malformed"}});
}

} // namespace sluice::test
