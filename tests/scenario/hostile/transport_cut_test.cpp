// IP packets that are as long as they say, and too short for what they say they carry.
#include <catch2/catch.hpp>

#include "tests/scenario/hostile/death.hpp"
#include "tests/scenario/stations.hpp"

namespace sluice::test {
namespace {

enum : unsigned { icmp = 1, tcp = 6, udp = 17, icmp6 = 58, hop_by_hop = 0 };

// The transport's bytes as the packet builder makes them.
Bytes transport_of(Packet packet, std::size_t ip_header)
{
    return rest(packet.bytes(), ip_header);
}

void cut_ipv4(unsigned protocol, const Bytes& transport, const std::vector<Range>& ranges)
{
    Bench bench(one_node);
    dies_at_every_length(
        bench, "internet",
        [&](std::size_t length) {
            return from_internet(bench)
                .ipv4("192.0.2.9", "203.0.113.80")
                .protocol(protocol)
                .payload(first(transport, length))
                .bytes();
        },
        ranges);
}

void cut_ipv6(unsigned protocol, const Bytes& transport, const std::vector<Range>& ranges)
{
    Bench bench(one_node);
    dies_at_every_length(
        bench, "internet",
        [&](std::size_t length) {
            return from_internet(bench)
                .ipv6("2001:db8:5::9", "2001:db8:f::80")
                .protocol(protocol)
                .payload(first(transport, length))
                .bytes();
        },
        ranges);
}

Packet to_service()
{
    return Packet{}.ipv4("192.0.2.9", "203.0.113.80");
}
Packet to_service6()
{
    return Packet{}.ipv6("2001:db8:5::9", "2001:db8:f::80");
}

} // namespace

TEST_CASE("TCP, UDP and ICMP over IPv4, cut at every length")
{
    const Bytes syn = transport_of(to_service().tcp(50'000, 443, "S").mss(1460), 20);
    cut_ipv4(tcp, syn, {{syn.size(), "parse.tcp_malformed"}});
    const Bytes datagram = transport_of(to_service().udp(50'000, 443).payload(30), 20);
    cut_ipv4(udp, datagram, {{datagram.size(), "parse.udp_malformed"}});
    const Bytes echo = transport_of(to_service().icmp_echo(8, 7, 1), 20);
    cut_ipv4(icmp, echo, {{8, "parse.icmp_malformed"}});
}

TEST_CASE("TCP, UDP and ICMPv6 over IPv6, cut at every length")
{
    const Bytes syn = transport_of(to_service6().tcp(50'000, 443, "S").mss(1440), 40);
    cut_ipv6(tcp, syn, {{syn.size(), "parse.tcp_malformed"}});
    const Bytes datagram = transport_of(to_service6().udp(50'000, 443).payload(30), 40);
    cut_ipv6(udp, datagram, {{datagram.size(), "parse.udp_malformed"}});
    const Bytes echo = transport_of(to_service6().icmp6_echo(128, 7, 1), 40);
    cut_ipv6(icmp6, echo, {{8, "parse.icmp_malformed"}});
}

TEST_CASE("IPv6 extension headers, cut at every length")
{
    // Hop-by-hop of 8 bytes, destination options of 16, then UDP.
    Packet packet = to_service6().extension(hop_by_hop, Bytes{1, 4, 0, 0, 0, 0}).extension(60, Bytes(14));
    const Bytes chain = transport_of(packet.udp(50'000, 443).payload(5), 40);
    cut_ipv6(hop_by_hop, chain, {{24, "parse.extension_malformed"}, {chain.size(), "parse.udp_malformed"}});

    Packet routing = to_service6().extension(43, Bytes{4, 0, 0, 0, 0, 0});
    const Bytes behind = transport_of(routing.tcp(50'000, 443, "S"), 40);
    cut_ipv6(43, behind, {{8, "parse.extension_malformed"}, {behind.size(), "parse.tcp_malformed"}});
}

TEST_CASE("what an ICMP error quotes, cut at every length")
{
    Bench bench(one_node);
    const auto out = bench.send("n3", from_phone(bench, "192.0.2.9").udp(5353, 53).payload(30).bytes());
    REQUIRE(out.size() == 1);
    const Bytes quoted = rest(out[0].frame, 14);
    const auto error = [&](std::size_t length) {
        return from_internet(bench)
            .ipv4("198.51.100.9", address_text(ByteSpan(quoted).subspan(12, 4)))
            .icmp_error(3, 1, 0, first(quoted, length))
            .bytes();
    };
    // The whole IP header and eight bytes of transport are what every router quotes (RFC 792).
    dies_at_every_length(bench, "internet", error, {{28, "translate.icmp_error_unrelated"}});
    for (std::size_t length = 28; length <= quoted.size(); ++length) {
        CHECK(bench.send("internet", error(length)).size() == 1);
        CHECK(bench.ends().empty());
    }
}

TEST_CASE("what an ICMPv6 error quotes, cut at every length")
{
    Bench bench(one_node);
    const Bytes syn = from_internet(bench).ipv6("2001:db8:5::9", "2001:db8:f::80").tcp(50'000, 443, "S").bytes();
    REQUIRE(bench.send("internet", syn).size() == 1);
    const Bytes quoted = Packet{}.ipv6("2001:db8:f::80", "2001:db8:5::9").tcp(443, 50'000, "SA").bytes();
    const auto error = [&](std::size_t length) {
        return from_internet(bench)
            .ipv6("2001:db8:5::1", "2001:db8:f::80")
            .icmp6_error(2, 0, 1280, first(quoted, length))
            .bytes();
    };
    dies_at_every_length(bench, "internet", error, {{48, "translate.icmp_error_unrelated"}});
    for (std::size_t length = 48; length <= quoted.size(); ++length) {
        CHECK(bench.send("internet", error(length)).size() == 1);
        CHECK(bench.ends().empty());
    }
}

} // namespace sluice::test
