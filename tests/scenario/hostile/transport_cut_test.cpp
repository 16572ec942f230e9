// IP packets that are as long as they say, and too short for what they say they carry.
#include <catch2/catch.hpp>

#include "tests/scenario/hostile/death.hpp"
#include "tests/scenario/stations.hpp"

namespace sluice::test {
namespace {

enum : unsigned { hop_by_hop = 0, icmp = 1, tcp = 6, udp = 17, routing = 43, fragment = 44, icmp6 = 58, options = 60 };

Packet to_service()
{
    return Packet{}.ipv4("192.0.2.9", "203.0.113.80");
}
Packet to_service6()
{
    return Packet{}.ipv6("2001:db8:5::9", "2001:db8:f::80");
}

// What follows the IP header, as the packet builder makes it.
Bytes behind_ipv4(const Packet& packet)
{
    return rest(packet.bytes(), 20);
}
Bytes behind_ipv6(const Packet& packet)
{
    return rest(packet.bytes(), 40);
}

// `content` behind an IP header like `front`'s, cut at every length, the IP length agreeing.
void cut_behind(const std::string& interface, const std::function<Packet(const Bench&)>& front, const Bytes& content,
                const std::vector<Range>& ranges)
{
    Bench bench(one_node);
    dies_at_every_length(
        bench, interface, [&](std::size_t length) { return front(bench).payload(first(content, length)).bytes(); },
        ranges);
}

void cut_ipv4(unsigned protocol, const Bytes& content, const std::vector<Range>& ranges)
{
    const auto front = [=](const Bench& bench) {
        return from_internet(bench).ipv4("192.0.2.9", "203.0.113.80").protocol(protocol);
    };
    cut_behind("internet", front, content, ranges);
}

void cut_ipv6(unsigned protocol, const Bytes& content, const std::vector<Range>& ranges)
{
    const auto front = [=](const Bench& bench) {
        return from_internet(bench).ipv6("2001:db8:5::9", "2001:db8:f::80").protocol(protocol);
    };
    cut_behind("internet", front, content, ranges);
}

// With more to come a fragment ends on eight bytes. `behind` are those in front of what was cut into fragments.
std::vector<Range> on_eight(std::size_t behind, const std::vector<Range>& ranges)
{
    std::vector<Range> all;
    std::size_t length = 0;
    for (const Range& range : ranges) {
        for (; length < range.below; ++length) {
            const bool ends = length > behind && (length - behind) % 8 == 0;
            all.push_back({length + 1, length < behind || ends ? range.reason : "parse.fragment_malformed"});
        }
    }
    return all;
}

} // namespace

TEST_CASE("TCP, UDP and ICMP over IPv4, cut at every length")
{
    const Bytes syn = behind_ipv4(to_service().tcp(50'000, 443, "S").mss(1460));
    cut_ipv4(tcp, syn, {{syn.size(), "parse.tcp_malformed"}});
    const Bytes datagram = behind_ipv4(to_service().udp(50'000, 443).payload(30));
    cut_ipv4(udp, datagram, {{datagram.size(), "parse.udp_malformed"}});
    const Bytes echo = behind_ipv4(to_service().icmp_echo(8, 7, 1));
    cut_ipv4(icmp, echo, {{8, "parse.icmp_malformed"}});
}

TEST_CASE("TCP, UDP and ICMPv6 over IPv6, cut at every length")
{
    const Bytes syn = behind_ipv6(to_service6().tcp(50'000, 443, "S").mss(1440));
    cut_ipv6(tcp, syn, {{syn.size(), "parse.tcp_malformed"}});
    const Bytes datagram = behind_ipv6(to_service6().udp(50'000, 443).payload(30));
    cut_ipv6(udp, datagram, {{datagram.size(), "parse.udp_malformed"}});
    const Bytes echo = behind_ipv6(to_service6().icmp6_echo(128, 7, 1));
    cut_ipv6(icmp6, echo, {{8, "parse.icmp_malformed"}});
}

TEST_CASE("an IPv4 packet cut at every length inside its options and behind them")
{
    Bench bench(one_node);
    const Bytes syn = behind_ipv4(to_service().tcp(50'000, 443, "S").mss(1460));
    const auto cut = [&](std::size_t length) {
        return from_internet(bench)
            .ipv4("192.0.2.9", "203.0.113.80")
            .ipv4_options(Bytes(40, 1))
            .protocol(tcp)
            .payload(first(syn, length))
            .bytes();
    };
    dies_at_every_length(bench, "internet", cut, {{syn.size(), "parse.tcp_malformed"}});
    // The header itself claims more than the packet has.
    for (unsigned words = 6; words <= 15; ++words) {
        for (std::size_t length = 0; length < 4 * (words - 5); ++length)
            dies(bench, "internet",
                 from_internet(bench)
                     .ipv4("192.0.2.9", "203.0.113.80")
                     .poke(0, 1, 0x40 | words)
                     .payload(Bytes(length, 1))
                     .bytes(),
                 "parse.ip_header_length");
    }
}

TEST_CASE("IPv6 extension headers, cut at every length")
{
    // Hop-by-hop of 8 bytes, destination options of 16, then UDP.
    Packet packet = to_service6().extension(hop_by_hop, Bytes{1, 4, 0, 0, 0, 0}).extension(options, Bytes(14));
    const Bytes chain = behind_ipv6(packet.udp(50'000, 443).payload(5));
    cut_ipv6(hop_by_hop, chain, {{24, "parse.extension_malformed"}, {chain.size(), "parse.udp_malformed"}});

    const Bytes routed =
        behind_ipv6(to_service6().extension(routing, Bytes{4, 0, 0, 0, 0, 0}).tcp(50'000, 443, "S").mss(1440));
    cut_ipv6(routing, routed, {{8, "parse.extension_malformed"}, {routed.size(), "parse.tcp_malformed"}});
}

TEST_CASE("IPv6 fragments, cut at every length")
{
    constexpr std::size_t header = 8;
    // What is whole enough for its ports still cannot be translated alone.
    const Bytes first = behind_ipv6(to_service6().fragment(0, true).tcp(50'000, 443, "S").payload(32));
    cut_ipv6(fragment, first,
             on_eight(header, {{header, "parse.extension_malformed"},
                               {header + 20, "parse.tcp_malformed"},
                               {first.size() + 1, "translate.fragment_untranslatable"}}));
    const Bytes later = behind_ipv6(to_service6().fragment(64, true).protocol(tcp).payload(32));
    cut_ipv6(fragment, later,
             on_eight(header, {{header, "parse.extension_malformed"}, {later.size() + 1, "l4lb.no_such_port"}}));
    const Bytes last = behind_ipv6(to_service6().fragment(64, false).protocol(tcp).payload(32));
    cut_ipv6(fragment, last, {{header, "parse.extension_malformed"}, {last.size() + 1, "l4lb.no_such_port"}});
    const Bytes atomic = behind_ipv6(to_service6().fragment(0, false).tcp(50'000, 443, "S").mss(1440));
    cut_ipv6(fragment, atomic, {{header, "parse.extension_malformed"}, {atomic.size(), "parse.tcp_malformed"}});
}

TEST_CASE("IPv4 fragments, cut at every length")
{
    const auto piece = [](unsigned offset, bool more) {
        return [=](const Bench& bench) {
            return from_internet(bench).ipv4("192.0.2.9", "203.0.113.80").fragment(offset, more).protocol(tcp);
        };
    };
    const Bytes syn = behind_ipv4(to_service().tcp(50'000, 443, "S").payload(32));
    cut_behind("internet", piece(0, true), syn,
               on_eight(0, {{20, "parse.tcp_malformed"}, {syn.size() + 1, "translate.fragment_untranslatable"}}));
    cut_behind("internet", piece(64, true), syn, on_eight(0, {{syn.size() + 1, "l4lb.no_such_port"}}));
    cut_behind("internet", piece(64, false), syn, {{syn.size() + 1, "l4lb.no_such_port"}});
}

TEST_CASE("transports inside a tunnel, cut at every length")
{
    const Bytes syn = behind_ipv4(to_service().tcp(8443, 50'000, "S").mss(1410));
    const Bytes datagram = behind_ipv4(to_service().udp(8443, 50'000).payload(9));
    const Bytes syn6 = behind_ipv6(to_service6().extension(options, Bytes(6)).tcp(8443, 50'000, "S").mss(1390));
    const auto machine = [](unsigned protocol) {
        return [protocol](const Bench& bench) {
            return from_machine(bench, "10.1.0.31").ipv4("10.1.0.31", "192.0.2.9").protocol(protocol);
        };
    };
    const auto phone = [](unsigned protocol) {
        return [protocol](const Bench& bench) { return from_phone(bench, "192.0.2.9").protocol(protocol); };
    };
    cut_behind("fabric", machine(tcp), syn, {{syn.size(), "parse.tcp_malformed"}});
    cut_behind("fabric", machine(udp), datagram, {{datagram.size(), "parse.udp_malformed"}});
    cut_behind("fabric", machine(icmp), Bytes{8, 0, 0, 0, 0, 7, 0, 1}, {{8, "parse.icmp_malformed"}});
    cut_behind("n3", phone(tcp), syn, {{syn.size(), "parse.tcp_malformed"}});
    cut_behind("n3", phone(udp), datagram, {{datagram.size(), "parse.udp_malformed"}});
    cut_behind("n3", phone(icmp), Bytes{8, 0, 0, 0, 0, 7, 0, 1}, {{8, "parse.icmp_malformed"}});
    const auto machine6 = [](const Bench& bench) {
        return from_machine(bench, "10.1.0.31").ipv6("2001:db8:1::31", "2001:db8:5::9").protocol(options);
    };
    cut_behind("fabric", machine6, syn6, {{8, "parse.extension_malformed"}, {syn6.size(), "parse.tcp_malformed"}});
}

} // namespace sluice::test
