// Transport headers, and what ICMP errors quote, with values that the RFCs forbid.
#include <catch2/catch.hpp>

#include "tests/scenario/hostile/death.hpp"
#include "tests/scenario/stations.hpp"
#include "tests/support/decode.hpp"

namespace sluice::test {
namespace {

struct Sender {
    Bench bench{one_node};

    Packet v4() const { return from_internet(bench).ipv4("192.0.2.9", "203.0.113.80"); }
    Packet v6() const { return from_internet(bench).ipv6("2001:db8:5::9", "2001:db8:f::80"); }
};

} // namespace

TEST_CASE("TCP headers with illegal values (RFC 9293 section 3.1)")
{
    Sender from;
    std::vector<Row> rows;
    for (unsigned offset = 0; offset < 5; ++offset) {
        const std::string what = "data offset " + std::to_string(offset);
        rows.push_back({what, "internet", from.v4().tcp(1, 443, "S").poke(12, 1, offset << 4), "parse.tcp_malformed"});
        rows.push_back(
            {what + ", IPv6", "internet", from.v6().tcp(1, 443, "S").poke(12, 1, offset << 4), "parse.tcp_malformed"});
    }
    for (unsigned offset = 6; offset < 16; ++offset)
        rows.push_back({"data offset " + std::to_string(offset) + " beyond the packet", "internet",
                        from.v4().tcp(1, 443, "S").poke(12, 1, offset << 4).payload(4 * (offset - 5) - 1),
                        "parse.tcp_malformed"});
    // Nothing but a SYN alone opens a connection through NAT.
    for (const char* flags : {"", "A", "F", "R", "SF", "SR", "SA", "FPU", "FSRPAUEC"})
        rows.push_back({std::string("flags ") + flags, "n3", from_phone(from.bench, "192.0.2.9").tcp(1, 443, flags),
                        "nat.tcp_without_session"});
    die(from.bench, rows);
}

TEST_CASE("TCP options with illegal lengths are carried as they are, and are not clamped")
{
    Sender from;
    // An MSS that is too short, too long, endless, and hidden behind an option of length 0.
    for (const Bytes& options : {Bytes{2, 3, 0xFF, 0}, Bytes{2, 5, 0xFF, 0xFF}, Bytes{2, 0, 0xFF, 0xFF},
                                 Bytes{9, 0, 2, 4, 0xFF, 0xFF, 0, 0}, Bytes{1, 1, 1, 2}, Bytes{1, 1, 2, 4}}) {
        for (const Shape shape : shapes) {
            const auto out = from.bench.send("internet", from.v4().tcp(1, 443, "S").tcp_option(options).bytes(), shape);
            INFO(to_hex(options));
            REQUIRE(out.size() == 1);
            CHECK(from.bench.ends().empty());
            CHECK(rest(out[0].frame, out[0].frame.size() - options.size()) == options);
        }
    }
}

TEST_CASE("UDP headers with illegal values (RFC 768)")
{
    Sender from;
    std::vector<Row> rows;
    for (unsigned length = 0; length < 8; ++length)
        rows.push_back({"length " + std::to_string(length), "internet",
                        from.v4().udp(1, 443).poke(4, 2, length).payload(20), "parse.udp_malformed"});
    rows.push_back({"length beyond the packet", "internet", from.v4().udp(1, 443).poke(4, 2, 29).payload(20),
                    "parse.udp_malformed"});
    rows.push_back(
        {"length 0 over IPv6", "internet", from.v6().udp(1, 443).poke(4, 2, 0).payload(20), "parse.udp_malformed"});
    rows.push_back({"length 65535 over IPv6", "internet", from.v6().udp(1, 443).poke(4, 2, 65'535).payload(20),
                    "parse.udp_malformed"});
    rows.push_back({"port 0", "internet", from.v4().udp(1, 0), "l4lb.no_such_port"});
    die(from.bench, rows);
}

TEST_CASE("a UDP checksum of zero stays zero (RFC 768, RFC 6935 section 5)")
{
    Sender from;
    const auto checksum_behind = [&](const std::string& interface, const Packet& packet, std::string_view ip,
                                     std::size_t header) {
        for (const Shape shape : shapes) {
            const auto out = from.bench.send(interface, packet.bytes(), shape);
            CHECK(from.bench.ends().empty());
            REQUIRE(out.size() == 1);
            const std::size_t at = decode(out[0].frame).layer(ip, innermost).offset + header;
            CHECK(read_number(out[0].frame, at + 6, 2) == 0);
        }
    };
    checksum_behind("internet", from.v4().udp(1, 443).checksum(0).payload(20), "ipv4", 20);
    checksum_behind("n3", from_phone(from.bench, "192.0.2.9").udp(1, 443).checksum(0).payload(20), "ipv4", 20);
    // Routers do not judge what only the destination may: RFC 8200 section 8.1.
    checksum_behind("fabric",
                    from_machine(from.bench, "10.1.0.32")
                        .ipv6("2001:db8:1::32", "2001:db8:1::31")
                        .udp(1, 443)
                        .checksum(0)
                        .payload(20),
                    "ipv6", 40);
}

TEST_CASE("a wrong transport checksum stays wrong: it is changed by the difference only (RFC 1624)")
{
    Sender from;
    REQUIRE(from.bench.send("internet", from.v4().tcp(50'000, 443, "S").bytes()).size() == 1);
    const Bytes quoted = Packet{}.ipv4("203.0.113.80", "192.0.2.9").tcp(443, 50'000, "A").bytes();
    const std::vector<std::pair<std::string, Packet>> packets{
        {"internet", from.v4().tcp(1, 443, "S").checksum(0x1234)},
        {"internet", from.v6().tcp(1, 443, "S").checksum(0x1234)},
        {"internet", from.v4().udp(1, 443).checksum(0x1234)},
        {"internet", from.v4().icmp_error(3, 1, 0, quoted).corrupt(14 + 20 + 2, 0x12)},
        {"n3", from_phone(from.bench, "192.0.2.9").icmp_echo(8, 7, 1).checksum(0x1234)},
    };
    for (const auto& [interface, packet] : packets) {
        for (const Shape shape : shapes) {
            const auto out = from.bench.send(interface, packet.bytes(), shape);
            CHECK(from.bench.ends().empty());
            REQUIRE(out.size() == 1);
            CHECK(decode(out[0].frame).faults.size() == 1);
        }
    }
}

TEST_CASE("TCP flags that make no sense reach the backend: it judges them, as any node may get any packet of a flow")
{
    Sender from;
    for (const char* flags : {"", "SF", "SR", "FPU", "FSRPAUEC"})
        passes(from.bench, "internet", from.v4().tcp(1, 443, flags).bytes(), "fabric");
}

TEST_CASE("protocols and ICMP messages that a service does not take")
{
    Sender from;
    die(from.bench,
        {
            {"GRE", "internet", from.v4().protocol(47).payload(40), "l4lb.no_such_port"},
            {"protocol 255", "internet", from.v4().protocol(255).payload(40), "l4lb.no_such_port"},
            {"no next header", "internet", from.v6(), "l4lb.no_such_port"},
            {"next header 253", "internet", from.v6().protocol(253).payload(40), "l4lb.no_such_port"},
            {"ICMP of an unknown type", "internet", from.v4().icmp_echo(99, 1, 1), "l4lb.no_such_port"},
            {"ICMP timestamp", "internet", from.v4().icmp_echo(13, 1, 1), "l4lb.no_such_port"},
            {"an echo reply nobody waits for", "internet", from.v4().icmp_echo(0, 1, 1), "l4lb.no_such_port"},
            {"ICMPv6 of an unknown type", "internet", from.v6().icmp6_echo(200, 1, 1), "l4lb.no_such_port"},
            {"ICMP's number over IPv6", "internet", from.v6().protocol(1).payload(40), "l4lb.no_such_port"},
            {"ICMPv6's number over IPv4", "internet", from.v4().protocol(58).payload(40), "l4lb.no_such_port"},
            {"an echo reply through NAT", "n3", from_phone(from.bench, "192.0.2.9").icmp_echo(0, 1, 1),
             "nat.no_session"},
            {"GRE through NAT", "n3", from_phone(from.bench, "192.0.2.9").protocol(47).payload(40),
             "nat.protocol_untranslatable"},
        });
}

TEST_CASE("ICMP errors that quote what cannot have been sent")
{
    Sender from;
    REQUIRE(from.bench.send("internet", from.v4().tcp(50'000, 443, "S").bytes()).size() == 1);
    REQUIRE(from.bench.send("internet", from.v6().tcp(50'000, 443, "S").bytes()).size() == 1);
    const auto answer4 = [] { return Packet{}.ipv4("203.0.113.80", "192.0.2.9"); };
    const auto answer6 = [] { return Packet{}.ipv6("2001:db8:f::80", "2001:db8:5::9"); };
    const auto error4 = [&](const Packet& quoted) { return from.v4().icmp_error(3, 1, 0, quoted.bytes()); };
    const auto error6 = [&](const Packet& quoted) { return from.v6().icmp6_error(1, 0, 0, quoted.bytes()); };
    const auto tcp = [](Packet ip) { return ip.tcp(443, 50'000, "A"); };
    const std::string unrelated = "translate.icmp_error_unrelated";
    passes(from.bench, "internet", error4(tcp(answer4())).bytes(), "fabric");
    passes(from.bench, "internet", error6(tcp(answer6())).bytes(), "fabric");
    // Without a session here: the ring says which backend's it is.
    passes(from.bench, "internet", error4(tcp(Packet{}.ipv4("203.0.113.80", "192.0.2.10"))).bytes(), "fabric");
    die(from.bench,
        {
            {"version 6", "internet", error4(tcp(answer4().poke(0, 1, 0x65))), unrelated},
            {"header length 4", "internet", error4(tcp(answer4().poke(0, 1, 0x44))), unrelated},
            {"header length beyond", "internet", error4(tcp(answer4().poke(0, 1, 0x4F))), unrelated},
            {"a later fragment", "internet", error4(tcp(answer4().fragment(64, false))), unrelated},
            {"another protocol", "internet", error4(answer4().protocol(47).payload(20)), unrelated},
            {"not sent from here", "internet", error4(tcp(Packet{}.ipv4("203.0.113.81", "192.0.2.9"))), unrelated},
            {"from another port", "internet", error4(answer4().tcp(444, 50'000, "A")), unrelated},
            {"an error about an error", "internet", error4(answer4().icmp_error(3, 1, 0, tcp(answer4()).bytes())),
             unrelated},
            {"itself a fragment", "internet",
             from_internet(from.bench)
                 .ipv4("192.0.2.9", "203.0.113.80")
                 .fragment(0, true)
                 .icmp_error(3, 1, 0, tcp(answer4()).bytes()),
             unrelated},
            {"version 4", "internet", error6(tcp(answer6().poke(0, 1, 0x45))), unrelated},
            {"an extension header beyond", "internet", error6(tcp(answer6().extension(60, Bytes(6)).poke(1, 1, 9))),
             unrelated},
            {"another protocol over IPv6", "internet", error6(answer6().protocol(47).payload(20)), unrelated},
            {"an ICMPv6 error about an error", "internet",
             error6(answer6().icmp6_error(1, 0, 0, tcp(answer6()).bytes())), unrelated},
        });
}

} // namespace sluice::test
