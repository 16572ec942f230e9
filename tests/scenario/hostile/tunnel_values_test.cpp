// VXLAN, GTP-U and what they carry, with values that the specifications forbid.
#include <catch2/catch.hpp>

#include "tests/scenario/hostile/death.hpp"
#include "tests/scenario/stations.hpp"

namespace sluice::test {
namespace {

constexpr std::string_view machine = "10.1.0.31";

struct Host {
    Bench bench{one_node};

    Packet outer() const
    {
        return Packet{}.ethernet(bench.mac("fabric"), host1_mac).ipv4("10.20.0.11", "10.20.0.2").udp(51'000, 4789);
    }
    static Packet inside(Packet tunnel) { return tunnel.ipv4(machine, "192.0.2.9").tcp(8443, 50'000, "S"); }
    static Packet inner_frame(Packet vxlan, std::string_view to = gateway_mac)
    {
        return vxlan.ethernet(to, "52:54:00:00:01:31");
    }
};

struct Radio {
    Bench bench{one_node};

    Packet outer() const
    {
        return Packet{}.ethernet(bench.mac("n3"), radio_mac).vlan(310).ipv4("10.30.0.9", "10.30.0.1").udp(2152, 2152);
    }
    static Packet ip(Packet tunnel) { return tunnel.ipv4("100.64.0.7", "192.0.2.9").udp(5353, 53); }
};

} // namespace

TEST_CASE("VXLAN with illegal values (RFC 7348 sections 4 and 5)")
{
    Host from;
    Bench& bench = from.bench;
    die(bench,
        {
            {"I flag clear", "fabric", Host::inside(Host::inner_frame(from.outer().vxlan(5001).poke(0, 1, 0x00))),
             "vxlan.vni_flag_clear"},
            {"every flag but I", "fabric", Host::inside(Host::inner_frame(from.outer().vxlan(5001).poke(0, 1, 0xF7))),
             "vxlan.vni_flag_clear"},
            {"a foreign VNI", "fabric", Host::inside(from_machine(bench, machine, 5002)), "vxlan.vni_unknown"},
            {"VNI 0", "fabric", Host::inside(from_machine(bench, machine, 0)), "vxlan.vni_unknown"},
            {"the highest VNI", "fabric", Host::inside(from_machine(bench, machine, 0xFFFFFF)), "vxlan.vni_unknown"},
            {"to another machine", "fabric",
             Host::inside(Host::inner_frame(from.outer().vxlan(5001), "52:54:00:00:01:32")),
             "vxlan.inner_not_for_gateway"},
            {"an inner VLAN tag", "fabric", Host::inside(Host::inner_frame(from.outer().vxlan(5001)).vlan(7)),
             "vxlan.inner_not_for_gateway"},
            {"from a group", "fabric",
             Host::inside(from.outer().vxlan(5001).ethernet(gateway_mac, "53:54:00:00:01:31")),
             "vxlan.inner_source_invalid"},
            {"of another ethertype", "fabric", Host::inside(Host::inner_frame(from.outer().vxlan(5001))).corrupt(63, 1),
             "vxlan.inner_not_for_gateway"},
            {"an outer fragment", "fabric",
             Packet{}
                 .ethernet(bench.mac("fabric"), host1_mac)
                 .ipv4("10.20.0.11", "10.20.0.2")
                 .fragment(0, true)
                 .udp(51'000, 4789)
                 .vxlan(5001)
                 .ethernet(gateway_mac)
                 .ipv4(machine, "192.0.2.9")
                 .udp(1, 2)
                 .payload(6),
             "vxlan.outer_fragment"},
            {"on an interface that may not", "internet",
             Host::inside(from_internet(bench)
                              .ipv4("192.0.2.9", "10.20.0.2")
                              .udp(51'000, 4789)
                              .vxlan(5001)
                              .ethernet(gateway_mac)),
             "route.tunnel_not_allowed_here"},
        });
}

TEST_CASE("VXLAN's reserved bits are ignored (RFC 7348 section 5)")
{
    Host from;
    Packet packet = Host::inner_frame(from.outer().vxlan(5001).poke(0, 4, 0xFFABCDEF).poke(7, 1, 0x5A));
    for (const Shape shape : shapes) {
        CHECK(from.bench.send("fabric", Host::inside(packet).bytes(), shape).size() == 1);
        CHECK(from.bench.ends().empty());
    }
}

TEST_CASE("what VXLAN carries, with illegal values")
{
    Host from;
    Bench& bench = from.bench;
    const auto inner = [&] { return from_machine(bench, machine); };
    die(bench,
        {
            {"inner version", "fabric", inner().ipv4(machine, "192.0.2.9").poke(0, 1, 0x65).udp(1, 2),
             "parse.ip_version"},
            {"inner header length", "fabric", inner().ipv4(machine, "192.0.2.9").poke(0, 1, 0x41).udp(1, 2),
             "parse.ip_header_length"},
            {"inner total length", "fabric", inner().ipv4(machine, "192.0.2.9").poke(2, 2, 999).udp(1, 2),
             "parse.ip_total_length"},
            {"inner checksum", "fabric", inner().ipv4(machine, "192.0.2.9").checksum(1).udp(1, 2), "parse.ip_checksum"},
            {"inner source loopback", "fabric", inner().ipv4("127.0.0.1", "192.0.2.9").udp(1, 2),
             "parse.source_invalid"},
            {"inner destination a group", "fabric", inner().ipv4(machine, "224.0.0.251").udp(1, 2), "parse.multicast"},
            {"inner TTL 1", "fabric", inner().ipv4(machine, "192.0.2.9").ttl(1).udp(1, 2), "route.hop_limit_exceeded",
             Answer::icmp_error},
            {"inner UDP length", "fabric", inner().ipv4(machine, "192.0.2.9").udp(1, 2).poke(4, 2, 3),
             "parse.udp_malformed"},
        });
}

TEST_CASE("GTP-U with illegal values (TS 29.281 sections 5.1 and 5.2)")
{
    Radio from;
    Bench& bench = from.bench;
    std::vector<Row> rows{
        {"PT 0", "n3", Radio::ip(from.outer().gtpu(0x1001).poke(0, 1, 0x20)), "gtpu.not_gtp"},
        {"length one short", "n3", Radio::ip(from.outer().gtpu(0x1001).poke(2, 2, 27)), "gtpu.length_mismatch"},
        {"length one long", "n3", Radio::ip(from.outer().gtpu(0x1001).poke(2, 2, 29)), "gtpu.length_mismatch"},
        {"length 65535", "n3", Radio::ip(from.outer().gtpu(0x1001).poke(2, 2, 65'535)), "gtpu.length_mismatch"},
        {"a foreign TEID", "n3", Radio::ip(from.outer().gtpu(0x1002)), "gtpu.teid_unknown"},
        {"TEID 0 for a G-PDU", "n3", Radio::ip(from.outer().gtpu(0)), "gtpu.teid_unknown"},
        {"another phone's source", "n3", from.outer().gtpu(0x1001).ipv4("100.64.0.8", "192.0.2.9").udp(1, 2),
         "gtpu.ue_address_mismatch"},
        {"an IPv6 source for an IPv4 phone", "n3",
         from.outer().gtpu(0x1001).ipv6("2001:db8::7", "2001:db8:5::9").udp(1, 2), "gtpu.ue_address_mismatch"},
        {"neither IPv4 nor IPv6 inside", "n3", Radio::ip(from.outer().gtpu(0x1001)).corrupt(54, 0x05),
         "parse.ip_version"},
        {"an extension header of length 0", "n3",
         Radio::ip(from.outer().gtpu(0x1001).extension(0x85, Bytes{0x10, 5}).poke(0, 1, 0)),
         "gtpu.extension_malformed"},
        {"an extension header longer than the message", "n3",
         Radio::ip(from.outer().gtpu(0x1001).extension(0x85, Bytes{0x10, 5}).poke(0, 1, 200)),
         "gtpu.extension_malformed"},
        {"an unknown extension header that must be understood", "n3",
         Radio::ip(from.outer().gtpu(0x1001).extension(0xC5, Bytes{0x10, 5})), "gtpu.extension_required"},
        {"an outer fragment", "n3",
         Packet{}
             .ethernet(bench.mac("n3"), radio_mac)
             .vlan(310)
             .ipv4("10.30.0.9", "10.30.0.1")
             .fragment(0, true)
             .udp(2152, 2152)
             .gtpu(0x1001)
             .ipv4("100.64.0.7", "192.0.2.9")
             .udp(1, 2)
             .payload(4),
         "gtpu.outer_fragment"},
        {"on an interface that may not", "fabric",
         Packet{}
             .ethernet(bench.mac("fabric"), host1_mac)
             .ipv4("10.30.0.9", "10.30.0.1")
             .udp(2152, 2152)
             .gtpu(0x1001)
             .ipv4("100.64.0.7", "192.0.2.9")
             .udp(1, 2),
         "route.tunnel_not_allowed_here"},
    };
    const auto message = [&](unsigned type, const Bytes& elements) {
        return from.outer().gtpu_message(type).sequence(7).payload(elements);
    };
    const std::string element = "gtpu.element_malformed";
    rows.insert(rows.end(),
                {{"an echo response without its recovery", "n3", message(2, {}), element},
                 {"an unknown element", "n3", message(2, {14, 0, 99, 0, 0}), element},
                 {"an element longer than its message", "n3", message(2, {14, 0, 255, 0, 9, 1, 2}), element},
                 {"an error indication without a TEID", "n3", message(26, {133, 0, 4, 10, 30, 0, 9}), element},
                 {"an error indication without an address", "n3", message(26, {16, 0, 0, 0x10, 1}), element},
                 {"an address of 5 bytes", "n3", message(26, {16, 0, 0, 0x10, 1, 133, 0, 5, 1, 2, 3, 4, 5}), element},
                 {"a list of extension headers longer than its message", "n3", message(31, {141, 9, 0x85}), element}});
    for (unsigned version : {0U, 2U, 3U, 7U})
        rows.push_back({"version " + std::to_string(version), "n3",
                        Radio::ip(from.outer().gtpu(0x1001).poke(0, 1, version << 5 | 0x10)), "gtpu.version_unknown"});
    for (unsigned type : {0U, 3U, 27U, 128U, 253U})
        rows.push_back(
            {"message " + std::to_string(type), "n3", from.outer().gtpu_message(type), "gtpu.message_unknown"});
    die(bench, rows);
}

TEST_CASE("an unknown extension header that need not be understood is passed over (TS 29.281 section 5.2.1)")
{
    Radio from;
    const Bytes frame = Radio::ip(from.outer().gtpu(0x1001).extension(0x45, Bytes{0x10, 5})).bytes();
    for (const Shape shape : shapes) {
        CHECK(from.bench.send("n3", frame, shape).size() == 1);
        CHECK(from.bench.ends().empty());
    }
}

TEST_CASE("path messages in order are consumed (TS 29.281 section 7)")
{
    Radio from;
    const auto ends_as = [&](unsigned type, const Bytes& elements, const std::string& reason) {
        dies(from.bench, "n3", from.outer().gtpu_message(type).sequence(7).payload(elements).bytes(), reason);
    };
    ends_as(2, {14, 0}, "gtpu.echo_response");
    ends_as(26, {16, 0, 0, 0x10, 1, 133, 0, 4, 10, 30, 0, 9}, "gtpu.error_indication");
    ends_as(31, {141, 1, 0x85}, "gtpu.extension_notification");
    ends_as(254, {}, "gtpu.end_marker");
    ends_as(254, {255, 0, 3, 0, 1, 7}, "gtpu.end_marker");
    is_answered(from.bench, "n3", from.outer().gtpu_message(1).sequence(7).bytes(), "gtpu.echo_answered");
    // What must not be, and harms nobody: no sequence number, a TEID, the spare bit.
    is_answered(from.bench, "n3", from.outer().gtpu_message(1).bytes(), "gtpu.echo_answered");
    is_answered(from.bench, "n3", from.outer().gtpu_message(1, 0x1001).sequence(7).bytes(), "gtpu.echo_answered");
    passes(from.bench, "n3", Radio::ip(from.outer().gtpu(0x1001).poke(0, 1, 0x38)).bytes(), "internet");
}

TEST_CASE("what a G-PDU carries, with illegal values")
{
    Radio from;
    const auto inner = [&] { return from.outer().gtpu(0x1001); };
    die(from.bench,
        {
            {"inner checksum", "n3", inner().ipv4("100.64.0.7", "192.0.2.9").checksum(1).udp(1, 2),
             "parse.ip_checksum"},
            {"inner header length", "n3", inner().ipv4("100.64.0.7", "192.0.2.9").poke(0, 1, 0x43).udp(1, 2),
             "parse.ip_header_length"},
            {"inner total length", "n3", inner().ipv4("100.64.0.7", "192.0.2.9").poke(2, 2, 2'000).udp(1, 2),
             "parse.ip_total_length"},
            {"inner data offset", "n3", inner().ipv4("100.64.0.7", "192.0.2.9").tcp(1, 2, "S").poke(12, 1, 0x10),
             "parse.tcp_malformed"},
            {"inner broadcast", "n3", inner().ipv4("100.64.0.7", "255.255.255.255").udp(1, 2), "parse.multicast"},
            {"inner TTL 1", "n3", inner().ipv4("100.64.0.7", "192.0.2.9").ttl(1).udp(1, 2), "route.hop_limit_exceeded",
             Answer::icmp_error},
            {"inner destination loopback", "n3", inner().ipv4("100.64.0.7", "127.0.0.1").udp(1, 2),
             "parse.destination_invalid"},
        });
}

} // namespace sluice::test
