// What a VPC's machines send to the gateway's own address, where the gateway has sockets in the VPC.
#include <catch2/catch.hpp>

#include "tests/scenario/bench.hpp"
#include "tests/scenario/stations.hpp"
#include "tests/support/decode.hpp"

namespace sluice::test {
namespace {

using Ends = std::map<std::string, std::uint64_t>;

const std::string checked_machine = "10.1.0.31";
const std::string own_gateway = "10.1.0.1";

std::string present_node()
{
    std::string yaml = one_node;
    const std::string before = "    vni: 5001\n";
    return yaml.insert(yaml.find(before) + before.size(), "    presence: true\n");
}

Packet from_checked(const Bench& bench)
{
    return from_machine(bench, checked_machine).ipv4(checked_machine, own_gateway);
}

// A host's outer header around an inner frame that somebody else laid out.
Bytes in_vxlan(const Bench& bench, ByteSpan inner)
{
    Packet packet;
    packet.ethernet(bench.mac("fabric"), host1_mac).ipv4("10.20.0.11", "10.20.0.2").udp(51'000, 4789).vxlan(5001);
    return packet.payload(inner).bytes();
}

struct ToKernel {
    std::string what;
    Bytes frame;
};

std::vector<ToKernel> for_the_kernel(const Bench& bench)
{
    const Bytes probe = from_machine(bench, checked_machine).ipv4(own_gateway, checked_machine).udp(40'001, 7).bytes();
    const Bytes quoted(probe.begin() + 50 + 14, probe.end());
    return {
        {"the answer to a TCP check", from_checked(bench).tcp(8443, 40'000, "SA").mss(1410).bytes()},
        {"a refused check", from_checked(bench).tcp(8443, 40'000, "RA").bytes()},
        {"a datagram", from_checked(bench).udp(7, 40'001).payload("yes").bytes()},
        {"the answer to a ping", from_checked(bench).icmp_echo(0, 77, 1).bytes()},
        {"an error about a check", from_checked(bench).icmp_error(3, 3, 0, quoted).bytes()},
        {"a later fragment", from_checked(bench).fragment(1'480, false).protocol(6).payload(64).bytes()},
        {"the same over IPv6",
         from_machine(bench, checked_machine).ipv6("2001:db8:1::31", "2001:db8:1::1").tcp(8443, 40'000, "SA").bytes()},
    };
}

} // namespace

TEST_CASE("packets to the gateway go to the kernel as they came, where it is present")
{
    for (const Shape shape : shapes) {
        Bench bench(present_node());
        for (const ToKernel& one : for_the_kernel(bench)) {
            INFO(one.what);
            const auto before = bench.law().punted;
            const auto out = bench.send("fabric", one.frame, shape);
            REQUIRE(out.size() == 1);
            CHECK(out[0].punted);
            CHECK(out[0].interface == "fabric");
            CHECK(to_hex(out[0].frame) == to_hex(one.frame));
            CHECK(bench.law().punted == before + 1);
        }
        CHECK(bench.ends().empty());
        CHECK(bench.sessions().total() == 0);
    }
}

TEST_CASE("where the gateway is not present nothing of that reaches the kernel")
{
    Bench bench(one_node);
    for (const ToKernel& one : for_the_kernel(bench)) {
        INFO(one.what);
        CHECK(bench.send("fabric", one.frame).empty());
    }
    CHECK(bench.ends() == Ends{{"route.not_for_us", 6}, {"translate.icmp_error_unrelated", 1}});
}

TEST_CASE("ARP and pings for the gateway are answered here all the same")
{
    Bench bench(present_node());
    const Decoded pong = only(bench.send("fabric", from_checked(bench).icmp_echo(8, 77, 1).bytes()), "fabric");
    CHECK(pong.text("ipv4.source", innermost) == own_gateway);
    const Decoded reply = only(bench.send("fabric", from_machine(bench, checked_machine)
                                                        .arp_request("52:54:00:00:01:31", checked_machine, own_gateway)
                                                        .bytes()),
                               "fabric");
    CHECK(reply.text("arp.sender_mac") == gateway_mac);
    CHECK(bench.ends() == Ends{{"route.echo_answered", 1}, {"route.arp_answered", 1}});
}

TEST_CASE("what is addressed to everyone's MAC is not for the kernel, whose other sockets would hear it")
{
    Bench bench(present_node());
    for (const std::string_view mac : {"ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:05"}) {
        Packet inner;
        inner.ethernet(mac, "52:54:00:00:01:31").ipv4(checked_machine, own_gateway).ttl(255).udp(49'152, 3'784);
        CHECK(bench.send("fabric", in_vxlan(bench, inner.bytes())).empty());
    }
    CHECK(bench.ends() == Ends{{"route.not_for_us", 2}});
}

TEST_CASE("padding inside the tunnel is cut off, and the outer lengths say so")
{
    for (const Shape shape : shapes) {
        Bench bench(present_node());
        Packet inner;
        inner.ethernet(gateway_mac, "52:54:00:00:01:31").ipv4(checked_machine, own_gateway).tcp(8443, 40'000, "A");
        const Bytes bare = inner.bytes();
        inner.pad_to(60);
        const auto out = bench.send("fabric", in_vxlan(bench, inner.bytes()), shape);
        REQUIRE(out.size() == 1);
        const Decoded packet = decode(out[0].frame);
        INFO(packet.describe());
        CHECK(packet.faults.empty());
        CHECK(out[0].frame.size() == 50 + bare.size());
        CHECK(Bytes(out[0].frame.begin() + 50, out[0].frame.end()) == bare);
    }
}

TEST_CASE("a flood to the gateway that is over its budget is counted")
{
    Bench bench(present_node());
    bench.refuse_punts(true);
    for (int i = 0; i < 3; ++i)
        CHECK(bench.send("fabric", from_checked(bench).tcp(8443, 40'000, "SA").bytes()).empty());
    CHECK(bench.ends() == Ends{{"route.punt_refused", 3}});
}

TEST_CASE("a machine's answers to customers go on as before")
{
    Bench bench(present_node());
    const auto out = bench.send("n3", from_phone(bench).tcp(40'000, 443, "S").bytes());
    const Decoded order = only(out, "fabric");
    const std::string backend = order.text("ipv4.destination", innermost);
    const auto port = static_cast<unsigned>(order.number("tcp.source"));
    const auto back = bench.send(
        "fabric",
        from_machine(bench, backend).ipv4(backend, order.text("ipv4.source", innermost)).tcp(8443, port, "SA").bytes());
    CHECK(only(back, "n3").text("ipv4.source", innermost) == "203.0.113.80");
    CHECK(bench.ends().empty());
}

} // namespace sluice::test
