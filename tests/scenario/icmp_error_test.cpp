// ICMP errors: made here, and followed through NAT, service and tunnel with the packet they quote.
#include <catch2/catch.hpp>

#include "tests/scenario/bench.hpp"
#include "tests/scenario/stations.hpp"
#include "tests/support/decode.hpp"

namespace sluice::test {
namespace {

using Ends = std::map<std::string, std::uint64_t>;

// The IP packet in an untunnelled frame.
Bytes ip_packet_of(const Left& left)
{
    return Bytes(left.frame.begin() + 14, left.frame.end());
}

} // namespace

TEST_CASE("a router's error about a phone's packet comes back to the phone, who knows the packet")
{
    for (const Shape shape : shapes) {
        Bench bench(one_node);
        const auto out = bench.send("n3", from_phone(bench, "192.0.2.9").udp(5353, 53).payload(100).bytes(), shape);
        REQUIRE(out.size() == 1);
        const std::string address = decode(out[0].frame).text("ipv4.source");
        const Bytes error =
            from_internet(bench).ipv4("192.0.2.1", address).icmp_error(11, 0, 0, ip_packet_of(out[0])).bytes();
        const Decoded back = only(bench.send("internet", error, shape), "n3");
        CHECK(back.text("ipv4.source", innermost) == "192.0.2.1");
        CHECK(back.text("ipv4.destination", innermost) == "100.64.0.7");
        const Decoded quoted = decode_embedded(back.embedded);
        CHECK(quoted.faults.empty());
        CHECK(quoted.text("ipv4.source") == "100.64.0.7");
        CHECK(quoted.text("ipv4.destination") == "192.0.2.9");
        CHECK(quoted.number("udp.source") == 5353);
        CHECK(bench.ends() == Ends{});
    }
}

TEST_CASE("fragmentation needed about a service's answer reaches the backend")
{
    for (const Shape shape : shapes) {
        Bench bench(one_node);
        const auto call =
            bench.send("internet", from_internet(bench).ipv4("192.0.2.9", "203.0.113.80").tcp(50000, 443, "S").bytes());
        REQUIRE(call.size() == 1);
        const std::string backend = decode(call[0].frame).text("ipv4.destination", innermost);
        const auto answer = bench.send("fabric", from_machine(bench, backend)
                                                     .ipv4(backend, "192.0.2.9")
                                                     .dont_fragment()
                                                     .tcp(8443, 50000, "A")
                                                     .payload(1300)
                                                     .bytes());
        REQUIRE(answer.size() == 1);
        const Bytes error = from_internet(bench)
                                .ipv4("192.0.2.1", "203.0.113.80")
                                .icmp_error(3, 4, 1280, ip_packet_of(answer[0]))
                                .bytes();
        const Decoded told = only(bench.send("internet", error, shape), "fabric");
        CHECK(told.number("vxlan.vni") == 5001);
        CHECK(told.text("ipv4.destination", innermost) == backend);
        CHECK(told.number("icmp.mtu") == 1280);
        const Decoded quoted = decode_embedded(told.embedded);
        CHECK(quoted.text("ipv4.source") == backend);
        CHECK(quoted.number("tcp.source") == 8443);
        CHECK(quoted.text("ipv4.destination") == "192.0.2.9");
    }
}

TEST_CASE("a node without the session finds the backend by the ring")
{
    Bench bench(one_node);
    Bench other(one_node);
    const auto call =
        bench.send("internet", from_internet(bench).ipv4("192.0.2.9", "203.0.113.80").tcp(50000, 443, "S").bytes());
    REQUIRE(call.size() == 1);
    const std::string backend = decode(call[0].frame).text("ipv4.destination", innermost);
    Packet answer;
    const Bytes quoted = answer.ipv4("203.0.113.80", "192.0.2.9").tcp(443, 50000, "A").payload(8).bytes();
    const Bytes error = from_internet(other).ipv4("192.0.2.1", "203.0.113.80").icmp_error(3, 4, 1280, quoted).bytes();
    CHECK(only(other.send("internet", error), "fabric").text("ipv4.destination", innermost) == backend);
}

TEST_CASE("a machine's error about a client's packet leaves as the service's")
{
    Bench bench(one_node);
    const auto call = bench.send(
        "internet", from_internet(bench).ipv4("192.0.2.9", "203.0.113.80").udp(50000, 443).payload(20).bytes());
    REQUIRE(call.size() == 1);
    const std::string backend = decode(call[0].frame).text("ipv4.destination", innermost);
    const std::size_t inner = decode(call[0].frame).layer("ipv4", innermost).offset;
    const Bytes quoted(call[0].frame.begin() + static_cast<long>(inner), call[0].frame.end());
    const Decoded error =
        only(bench.send("fabric",
                        from_machine(bench, backend).ipv4(backend, "192.0.2.9").icmp_error(3, 3, 0, quoted).bytes()),
             "internet");
    CHECK(error.text("ipv4.source") == "203.0.113.80");
    const Decoded told = decode_embedded(error.embedded);
    CHECK(told.faults.empty());
    CHECK(told.text("ipv4.destination") == "203.0.113.80");
    CHECK(told.number("udp.destination") == 443);
}

TEST_CASE("an ICMPv6 error follows its session as well")
{
    Bench bench(one_node);
    const auto call = bench.send(
        "internet", from_internet(bench).ipv6("2001:db8:5::9", "2001:db8:f::80").tcp(50000, 443, "S").bytes());
    REQUIRE(call.size() == 1);
    Packet answer;
    const Bytes quoted = answer.ipv6("2001:db8:f::80", "2001:db8:5::9").tcp(443, 50000, "A").payload(100).bytes();
    const Bytes error =
        from_internet(bench).ipv6("2001:db8:5::1", "2001:db8:f::80").icmp6_error(2, 0, 1280, quoted).bytes();
    const Decoded told = only(bench.send("internet", error), "fabric");
    CHECK(told.text("ipv6.destination") == "2001:db8:1::31");
    const Decoded inner = decode_embedded(told.embedded);
    CHECK(inner.faults.empty());
    CHECK(inner.text("ipv6.source") == "2001:db8:1::31");
    CHECK(inner.number("tcp.source") == 8443);
}

TEST_CASE("too big for the way out is answered with the MTU and dropped")
{
    Bench bench(one_node);
    const Bytes big =
        from_internet(bench).ipv4("192.0.2.9", "198.51.100.77").dont_fragment().udp(50000, 53).payload(1430).bytes();
    const Decoded error = only(bench.send("internet", big), "internet");
    CHECK(error.number("icmp.type") == 3);
    CHECK(error.number("icmp.code") == 4);
    CHECK(error.number("icmp.mtu") == 1450);
    CHECK(error.text("ipv4.destination") == "192.0.2.9");
    CHECK(decode_embedded(error.embedded).text("ipv4.destination") == "198.51.100.77");
    CHECK(bench.ends() == Ends{{"route.too_big", 1}});
}

TEST_CASE("a used-up hop limit is answered with time exceeded, inside the tunnel it came from")
{
    Bench bench(one_node);
    const Decoded error =
        only(bench.send("fabric",
                        from_machine(bench, "10.1.0.31").ipv4("10.1.0.31", "192.0.2.9").ttl(1).udp(5000, 53).bytes()),
             "fabric");
    CHECK(error.text("ipv4.source", innermost) == "10.1.0.1");
    CHECK(error.text("ipv4.destination", innermost) == "10.1.0.31");
    CHECK(error.number("icmp.type") == 11);
    CHECK(bench.ends() == Ends{{"route.hop_limit_exceeded", 1}});
}

TEST_CASE("errors are not answered, and are limited")
{
    Bench bench(one_node);
    Packet about;
    const Bytes quoted = about.ipv4("198.51.100.77", "192.0.2.9").udp(1, 2).bytes();
    const Bytes error =
        from_internet(bench).ipv4("192.0.2.1", "198.51.100.77").ttl(1).icmp_error(3, 1, 0, quoted).bytes();
    CHECK(bench.send("internet", error).empty());
    CHECK(bench.ends() == Ends{{"route.hop_limit_exceeded", 1}});
    const Bytes expired = from_internet(bench).ipv4("192.0.2.9", "198.51.100.77").ttl(1).udp(5000, 53).bytes();
    std::size_t answers = 0;
    for (unsigned i = 0; i < 2'000; ++i)
        answers += bench.send("internet", expired).size();
    CHECK(answers > 50);
    CHECK(answers < 200);
}

TEST_CASE("an error about nothing known is dropped by name")
{
    Bench bench(one_node);
    Packet about;
    const Bytes quoted = about.ipv4("203.0.113.65", "192.0.2.9").udp(1234, 53).bytes();
    CHECK(bench
              .send("internet",
                    from_internet(bench).ipv4("192.0.2.1", "203.0.113.65").icmp_error(3, 1, 0, quoted).bytes())
              .empty());
    CHECK(bench.ends() == Ends{{"translate.icmp_error_unrelated", 1}});
    Packet tunnel;
    const Bytes outer = tunnel.ipv4("10.20.0.2", "10.20.0.11").udp(50000, 4789).payload(8).bytes();
    Packet frame;
    CHECK(bench
              .send("fabric", frame.ethernet(bench.mac("fabric"), host1_mac)
                                  .ipv4("10.20.0.11", "10.20.0.2")
                                  .icmp_error(3, 4, 1400, outer)
                                  .bytes())
              .empty());
    CHECK(bench.ends() == Ends{{"translate.icmp_error_about_tunnel", 1}});
}

} // namespace sluice::test
