// Who answers ARP and ND, and what happens to packets whose next hop does not.
#include <catch2/catch.hpp>

#include "tests/scenario/bench.hpp"
#include "tests/scenario/stations.hpp"
#include "tests/support/decode.hpp"

namespace sluice::test {
namespace {

using Ends = std::map<std::string, std::uint64_t>;

Bytes to_neighbor(const Bench& bench, unsigned source_port, std::string_view destination = "198.51.100.44")
{
    return from_internet(bench).ipv4("192.0.2.9", destination).udp(source_port, 53).bytes();
}

} // namespace

TEST_CASE("packets wait for a neighbour, at most four of them, and go on in order when it answers")
{
    Bench bench(one_node);
    for (unsigned port = 1; port <= 5; ++port)
        CHECK(bench.send("internet", to_neighbor(bench, port)).empty());
    CHECK(bench.wanted_neighbors() == std::vector<std::string>{"internet 198.51.100.44"});
    CHECK(bench.law().held == 4);
    CHECK(bench.ends() == Ends{{"route.neighbor_queue_full", 1}});
    bench.learn("internet", "198.51.100.44", "02:00:00:00:02:44");
    const auto out = bench.wait(0.1);
    REQUIRE(out.size() == 4);
    for (unsigned i = 0; i < 4; ++i) {
        const Decoded packet = decode(out[i].frame);
        CHECK(packet.text("ethernet.destination") == "02:00:00:00:02:44");
        CHECK(packet.number("udp.source") == i + 2);
        CHECK(packet.number("ipv4.ttl") == 63);
    }
    CHECK(bench.law().held == 0);
}

TEST_CASE("who does not answer for a second is unreachable, and the senders are told")
{
    Bench bench(one_node);
    CHECK(bench.send("internet", to_neighbor(bench, 1)).empty());
    const auto out = bench.wait(1.2);
    REQUIRE(out.size() == 1);
    const Decoded error = decode(out[0].frame);
    CHECK(error.text("ipv4.destination") == "192.0.2.9");
    CHECK(error.text("ipv4.source") == "198.51.100.2");
    CHECK(error.number("icmp.type") == 3);
    CHECK(error.number("icmp.code") == 1);
    CHECK(bench.ends() == Ends{{"route.neighbor_unresolved", 1}});
    CHECK(bench.wanted_neighbors().size() >= 4);
}

TEST_CASE("a translated packet that waited is translated when it goes on")
{
    Bench bench(one_node);
    std::string no_router = one_node;
    const std::string line = "  - {interface: fabric, address: 10.20.0.11, mac: \"02:00:00:00:02:11\"}\n"
                             "  - {interface: fabric, address: 10.20.0.12, mac: \"02:00:00:00:02:12\"}\n";
    no_router.erase(no_router.find(line), line.size());
    bench.configure(no_router);
    CHECK(bench.send("n3", from_phone(bench).tcp(40000, 443, "S").bytes()).empty());
    CHECK(bench.sessions().total() == 1);
    bench.configure(one_node);
    const auto out = bench.wait(0.1);
    REQUIRE(out.size() == 1);
    const Decoded order = decode(out[0].frame);
    CHECK(order.faults.empty());
    CHECK(order.number("tcp.destination") == 8443);
    CHECK(order.text("ipv4.source", innermost).starts_with("203.0.113.6"));
}

TEST_CASE("ARP for an EIP in the interface's subnet is answered here, everything else goes to the kernel")
{
    Bench bench(one_node);
    const auto ask = [&](std::string_view target) {
        Packet packet;
        return packet.ethernet("ff:ff:ff:ff:ff:ff", router_mac).arp_request(router_mac, "198.51.100.1", target).bytes();
    };
    const auto answered = bench.send("internet", ask("198.51.100.77"));
    REQUIRE(answered.size() == 1);
    CHECK_FALSE(answered[0].punted);
    const Decoded reply = decode(answered[0].frame);
    CHECK(reply.text("ethernet.destination") == router_mac);
    CHECK(reply.number("arp.operation") == 2);
    CHECK(reply.text("arp.sender") == "198.51.100.77");
    CHECK(reply.text("arp.sender_mac") == bench.mac("internet"));
    CHECK(reply.text("arp.target") == "198.51.100.1");
    CHECK(bench.ends() == Ends{{"route.arp_answered", 1}});
    for (const std::string_view target : {"198.51.100.2", "198.51.100.9"}) {
        const auto out = bench.send("internet", ask(target));
        REQUIRE(out.size() == 1);
        CHECK(out[0].punted);
        CHECK(out[0].frame == ask(target));
    }
    CHECK(bench.ends() == Ends{});
}

TEST_CASE("a VLAN's frames reach the kernel without their tag")
{
    Bench bench(one_node);
    Packet tagged;
    Packet plain;
    const auto question = [](Packet& packet) {
        return packet.arp_request(radio_mac, "10.30.0.9", "10.30.0.1").bytes();
    };
    const auto out = bench.send("fabric", question(tagged.ethernet("ff:ff:ff:ff:ff:ff", radio_mac).vlan(310)));
    REQUIRE(out.size() == 1);
    CHECK(out[0].punted);
    CHECK(out[0].interface == "n3");
    CHECK(out[0].frame == question(plain.ethernet("ff:ff:ff:ff:ff:ff", radio_mac)));
}

TEST_CASE("inside a tunnel the gateway of the subnet answers ARP and ND, and nobody else does")
{
    Bench bench(one_node);
    const auto ask = [&](std::string_view target) {
        return from_machine(bench, "10.1.0.31").arp_request("52:54:00:00:01:31", "10.1.0.31", target).bytes();
    };
    const auto arp = bench.send("fabric", ask("10.1.0.1"));
    REQUIRE(arp.size() == 1);
    CHECK(arp[0].interface == "fabric");
    const Decoded reply = decode(arp[0].frame);
    CHECK(reply.faults.empty());
    CHECK(reply.number("vxlan.vni") == 5001);
    CHECK(reply.text("ipv4.destination") == "10.20.0.11");
    CHECK(reply.text("arp.sender_mac") == gateway_mac);
    CHECK(bench.send("fabric", ask("10.1.0.32")).empty());
    CHECK(bench.ends() == Ends{{"route.arp_answered", 1}, {"route.arp_unanswered", 1}});

    const auto nd = bench.send("fabric", from_machine(bench, "10.1.0.31")
                                             .ipv6("2001:db8:1::31", "ff02::1:ff00:1")
                                             .ttl(255)
                                             .nd_solicit("2001:db8:1::1", "52:54:00:00:01:31")
                                             .bytes());
    REQUIRE(nd.size() == 1);
    const Decoded advertisement = decode(nd[0].frame);
    INFO(advertisement.describe());
    CHECK(advertisement.faults.empty());
    CHECK(advertisement.number("vxlan.vni") == 5001);
    CHECK(advertisement.text("ipv6.source") == "2001:db8:1::1");
    CHECK(advertisement.text("ipv6.destination") == "2001:db8:1::31");
    CHECK(advertisement.number("icmp6.type") == 136);
    CHECK(bench.ends() == Ends{{"route.nd_answered", 1}});
}

TEST_CASE("ND for a service address in the interface's subnet is answered here")
{
    for (const Shape shape : shapes) {
        Bench bench(one_node);
        Packet question;
        const auto out = bench.send("internet",
                                    question.ethernet("33:33:ff:00:00:80", router_mac)
                                        .ipv6("2001:db8:f::1", "ff02::1:ff00:80")
                                        .ttl(255)
                                        .nd_solicit("2001:db8:f::80", router_mac)
                                        .bytes(),
                                    shape);
        REQUIRE(out.size() == 1);
        CHECK_FALSE(out[0].punted);
        const Decoded reply = decode(out[0].frame);
        INFO(reply.describe());
        CHECK(reply.faults.empty());
        CHECK(reply.text("ethernet.destination") == router_mac);
        CHECK(reply.text("ipv6.source") == "2001:db8:f::80");
        CHECK(reply.number("ipv6.ttl") == 255);
    }
}

TEST_CASE("a packet to the kernel over its budget is dropped by name")
{
    Bench bench(one_node);
    bench.refuse_punts(true);
    CHECK(bench.send("internet", from_internet(bench).ipv4("192.0.2.9", "198.51.100.2").tcp(5000, 179, "S").bytes())
              .empty());
    CHECK(bench.ends() == Ends{{"route.punt_refused", 1}});
}

} // namespace sluice::test
