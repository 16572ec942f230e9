// Header fields with values that the RFCs forbid: Ethernet, ARP, IPv4, IPv6 and transports.
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
    Packet arp() const
    {
        return Packet{}
            .ethernet("ff:ff:ff:ff:ff:ff", router_mac)
            .arp_request(router_mac, "198.51.100.1", "198.51.100.77");
    }
};

} // namespace

TEST_CASE("Ethernet and VLAN headers with illegal values")
{
    Sender from;
    Bench& bench = from.bench;
    const std::string own = bench.mac("internet");
    die(bench,
        {
            {"another station's", "internet", Packet{}.ethernet("02:00:00:00:00:99").ipv4(client, service).udp(1, 443),
             "parse.not_our_mac"},
            {"a length, not a type", "internet", from.v4().udp(1, 443).corrupt(12, 0x01).corrupt(13, 0x00),
             "parse.ethertype_unknown"},
            {"LLDP", "internet", from.v4().udp(1, 443).corrupt(12, 0x88).corrupt(13, 0xCC), "parse.ethertype_unknown"},
            {"a foreign VLAN", "internet", Packet{}.ethernet(own).vlan(999).ipv4(client, service).udp(1, 443),
             "parse.vlan_unknown"},
            {"the reserved VLAN 4095", "internet", Packet{}.ethernet(own).vlan(4095).ipv4(client, service).udp(1, 443),
             "parse.vlan_unknown"},
            {"two tags", "fabric",
             Packet{}.ethernet(bench.mac("n3")).vlan(310).vlan(311).ipv4(client, service).udp(1, 443),
             "parse.ethertype_unknown"},
            {"IPv6 under IPv4's type", "internet", from.v6().udp(1, 443).corrupt(12, 0x08).corrupt(13, 0x00),
             "parse.ip_version"},
            {"IPv4 under IPv6's type", "internet",
             from.v4().udp(1, 443).payload(30).corrupt(12, 0x86).corrupt(13, 0xDD), "parse.ip_version"},
        });
}

TEST_CASE("ARP with illegal values (RFC 826, RFC 1812 section 3.3.2)")
{
    Sender from;
    die(from.bench,
        {
            {"hardware type", "internet", from.arp().poke(0, 2, 6), "parse.arp_malformed"},
            {"protocol type", "internet", from.arp().poke(2, 2, 0x86DD), "parse.arp_malformed"},
            {"hardware length", "internet", from.arp().poke(4, 1, 8), "parse.arp_malformed"},
            {"protocol length", "internet", from.arp().poke(5, 1, 16), "parse.arp_malformed"},
            {"broadcast as the asker's MAC", "internet", from.arp().poke(8, 6, 0xFFFFFFFFFFFF), "parse.arp_malformed"},
            {"a group as the asker's MAC", "internet", from.arp().poke(8, 6, 0x01005E000001), "parse.arp_malformed"},
        });
}

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

TEST_CASE("more IPv6 extension headers than anybody needs")
{
    Sender from;
    Packet packet = from.v6();
    for (int i = 0; i < 40; ++i)
        packet.extension(60, Bytes(6));
    dies(from.bench, "internet", packet.tcp(1, 443, "S").bytes(), "parse.extension_malformed");
}

TEST_CASE("TCP and UDP headers with illegal values (RFC 9293 section 3.1, RFC 768)")
{
    Sender from;
    std::vector<Row> rows;
    for (unsigned offset = 0; offset < 5; ++offset)
        rows.push_back({"data offset " + std::to_string(offset), "internet",
                        from.v4().tcp(1, 443, "S").poke(12, 1, offset << 4), "parse.tcp_malformed"});
    rows.push_back({"data offset beyond the packet", "internet", from.v4().tcp(1, 443, "S").poke(12, 1, 0x60),
                    "parse.tcp_malformed"});
    for (unsigned length = 0; length < 8; ++length)
        rows.push_back({"UDP length " + std::to_string(length), "internet",
                        from.v4().udp(1, 443).poke(4, 2, length).payload(20), "parse.udp_malformed"});
    rows.push_back({"UDP length beyond the packet", "internet", from.v4().udp(1, 443).poke(4, 2, 29).payload(20),
                    "parse.udp_malformed"});
    rows.push_back({"UDP length 65535 over IPv6", "internet", from.v6().udp(1, 443).poke(4, 2, 65'535).payload(20),
                    "parse.udp_malformed"});
    die(from.bench, rows);
}

} // namespace sluice::test
