// IPv4 and IPv6 headers with values that the RFCs forbid.
#include <catch2/catch.hpp>

#include "tests/scenario/hostile/death.hpp"
#include "tests/scenario/stations.hpp"

namespace sluice::test {
namespace {

constexpr std::string_view client = "192.0.2.9";
constexpr std::string_view service = "203.0.113.80";
constexpr std::string_view client6 = "2001:db8:5::9";
constexpr std::string_view service6 = "2001:db8:f::80";

struct Sender {
    Bench bench{one_node};

    Packet v4(std::string_view from = client, std::string_view to = service) const
    {
        return from_internet(bench).ipv4(from, to);
    }
    Packet v6(std::string_view from = client6, std::string_view to = service6) const
    {
        return from_internet(bench).ipv6(from, to);
    }
};

} // namespace

TEST_CASE("IPv4 headers with illegal values (RFC 791, RFC 1122 section 3.2.1, RFC 1812 sections 5.2.2 and 5.3)")
{
    Sender from;
    std::vector<Row> rows{
        {"header length 0", "internet", from.v4().poke(0, 1, 0x40).udp(1, 443), "parse.ip_header_length"},
        {"header length 4", "internet", from.v4().poke(0, 1, 0x44).udp(1, 443), "parse.ip_header_length"},
        {"header longer than the packet", "internet", from.v4().poke(0, 1, 0x4F).udp(1, 443), "parse.ip_header_length"},
        {"total length 0", "internet", from.v4().poke(2, 2, 0).udp(1, 443), "parse.ip_header_length"},
        {"total length 19", "internet", from.v4().poke(2, 2, 19).udp(1, 443), "parse.ip_header_length"},
        {"longer than the frame", "internet", from.v4().poke(2, 2, 29).udp(1, 443), "parse.ip_total_length"},
        {"total length 65535", "internet", from.v4().poke(2, 2, 65'535).udp(1, 443), "parse.ip_total_length"},
        {"checksum", "internet", from.v4().checksum(0x1234).udp(1, 443), "parse.ip_checksum"},
        {"checksum 0", "internet", from.v4().checksum(0).udp(1, 443), "parse.ip_checksum"},
        {"TTL 0", "internet", from.v4().ttl(0).udp(1, 443), "route.hop_limit_exceeded", Answer::icmp_error},
        {"TTL 1", "internet", from.v4().ttl(1).udp(1, 443), "route.hop_limit_exceeded", Answer::icmp_error},
    };
    for (unsigned version = 0; version < 16; ++version)
        if (version != 4)
            rows.push_back({"version " + std::to_string(version), "internet",
                            from.v4().poke(0, 1, version << 4 | 5).udp(1, 443), "parse.ip_version"});
    for (const char* source : {"0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.255.255", "224.0.0.1", "239.1.1.1",
                               "240.0.0.1", "255.255.255.255"})
        rows.push_back(
            {std::string("source ") + source, "internet", from.v4(source).udp(1, 443), "parse.source_invalid"});
    for (const char* destination : {"0.0.0.0", "0.1.2.3", "127.0.0.1"})
        rows.push_back({std::string("destination ") + destination, "internet", from.v4(client, destination).udp(1, 443),
                        "parse.destination_invalid"});
    for (const char* destination : {"239.1.1.1", "240.0.0.1", "255.255.255.255"})
        rows.push_back({std::string("destination ") + destination, "internet", from.v4(client, destination).udp(1, 443),
                        "parse.multicast"});
    die(from.bench, rows);
}

TEST_CASE("IPv6 headers with illegal values (RFC 8200 sections 3 and 4, RFC 4291 section 2.5)")
{
    Sender from;
    std::vector<Row> rows{
        {"longer than the frame", "internet", from.v6().poke(4, 2, 9).udp(1, 443), "parse.ip_total_length"},
        {"payload length 65535", "internet", from.v6().poke(4, 2, 65'535).udp(1, 443), "parse.ip_total_length"},
        {"hop limit 0", "internet", from.v6().ttl(0).tcp(1, 443, "S"), "route.hop_limit_exceeded", Answer::icmp_error},
        {"hop limit 1", "internet", from.v6().ttl(1).tcp(1, 443, "S"), "route.hop_limit_exceeded", Answer::icmp_error},
        {"an extension header longer than the packet", "internet",
         from.v6().extension(60, Bytes(6)).poke(1, 1, 200).tcp(1, 443, "S"), "parse.extension_malformed"},
        {"hop-by-hop behind another header", "internet",
         from.v6().extension(60, Bytes(6)).extension(0, Bytes(6)).tcp(1, 443, "S"), "parse.extension_malformed"},
    };
    for (unsigned version = 0; version < 16; ++version)
        if (version != 6)
            rows.push_back({"version " + std::to_string(version), "internet",
                            from.v6().poke(0, 1, version << 4).tcp(1, 443, "S"), "parse.ip_version"});
    for (const char* source : {"::", "::1", "ff02::1", "ff0e::1234"})
        rows.push_back(
            {std::string("source ") + source, "internet", from.v6(source).tcp(1, 443, "S"), "parse.source_invalid"});
    for (const char* destination : {"::", "::1"})
        rows.push_back({std::string("destination ") + destination, "internet",
                        from.v6(client6, destination).tcp(1, 443, "S"), "parse.destination_invalid"});
    rows.push_back(
        {"destination ff0e::1234", "internet", from.v6(client6, "ff0e::1234").tcp(1, 443, "S"), "parse.multicast"});
    die(from.bench, rows);
}

TEST_CASE("IPv4 options with illegal lengths (RFC 791 section 3.1)")
{
    Sender from;
    std::vector<Row> rows;
    for (const Bytes& options : {Bytes{7, 0, 0, 0}, Bytes{7, 1, 0, 0}, Bytes{1, 1, 1, 7}, Bytes{7, 5, 0, 0},
                                 Bytes{68, 255, 5, 0}, Bytes{7, 3, 4, 7}, Bytes{1, 7, 0, 0, 0, 0, 0, 0}})
        rows.push_back(
            {to_hex(options), "internet", from.v4().ipv4_options(options).tcp(1, 443, "S"), "parse.ip_options"});
    die(from.bench, rows);
    // Behind the end of the list anything may stand, and unknown kinds are nobody's business but the receiver's.
    for (const Bytes& options : {Bytes{0, 7, 0, 0}, Bytes{1, 1, 1, 1}, Bytes{148, 4, 0, 0}, Bytes{222, 3, 9, 1}})
        passes(from.bench, "internet", from.v4().ipv4_options(options).tcp(1, 443, "S").bytes(), "fabric");
}

TEST_CASE("fragments that end where no packet does (RFC 791 section 3.2, RFC 8200 section 4.5)")
{
    Sender from;
    const auto v4 = [&](std::size_t offset, bool more) { return from.v4().fragment(unsigned(offset), more); };
    const auto v6 = [&](std::size_t offset, bool more) { return from.v6().fragment(unsigned(offset), more); };
    const std::string malformed = "parse.fragment_malformed";
    die(from.bench,
        {
            {"behind 65,535 bytes", "internet", v4(65'512, false).protocol(6).payload(4), malformed},
            {"as far as there is", "internet", v4(65'512, false).protocol(6).payload(3), "l4lb.no_such_port"},
            {"the last place", "internet", v4(65'528, false).protocol(6).payload(20), malformed},
            {"not on eight, with more to come", "internet", v4(64, true).protocol(6).payload(20), malformed},
            {"empty, with more to come", "internet", v4(64, true).protocol(6), malformed},
            {"a first one, not on eight", "internet", v4(0, true).udp(1, 443).payload(20), malformed},
            {"IPv6, behind 65,535 bytes", "internet", v6(65'528, false).protocol(6).payload(8), malformed},
            {"IPv6, as far as there is", "internet", v6(65'528, false).protocol(6).payload(7), "l4lb.no_such_port"},
            {"IPv6, not on eight, with more to come", "internet", v6(64, true).protocol(6).payload(20), malformed},
            {"IPv6, empty, with more to come", "internet", v6(64, true).protocol(6), malformed},
        });
}

TEST_CASE("a routing header with segments left is not for the service whose address it passes (RFC 8200 section 4.4)")
{
    Sender from;
    const auto routed = [&](std::uint8_t type, std::uint8_t left) {
        return from.v6().extension(43, Bytes{type, left, 0, 0, 0, 0}).tcp(1, 443, "S");
    };
    die(from.bench, {{"RFC 5095's", "internet", routed(0, 1), "l4lb.no_such_port"},
                     {"segment routing's", "internet", routed(4, 255), "l4lb.no_such_port"}});
    passes(from.bench, "internet", routed(4, 0).bytes(), "fabric");
}

TEST_CASE("more IPv6 extension headers than anybody needs")
{
    Sender from;
    Packet packet = from.v6();
    for (int i = 0; i < 40; ++i)
        packet.extension(60, Bytes(6));
    dies(from.bench, "internet", packet.tcp(1, 443, "S").bytes(), "parse.extension_malformed");
}

} // namespace sluice::test
