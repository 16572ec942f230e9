// Gateway NAT as its users meet it: pools, EIPs, and what is refused.
#include <set>

#include <catch2/catch.hpp>

#include "tests/scenario/bench.hpp"
#include "tests/scenario/stations.hpp"
#include "tests/support/decode.hpp"

namespace sluice::test {
namespace {

using Ends = std::map<std::string, std::uint64_t>;

} // namespace

TEST_CASE("a phone's UDP flow gets one public address and port, and its answers come back")
{
    for (const Shape shape : shapes) {
        Bench bench(one_node);
        const Bytes question = from_phone(bench, "192.0.2.9").udp(5353, 53).payload(30).bytes();
        const Decoded first = only(bench.send("n3", question, shape), "internet");
        const std::string address = first.text("ipv4.source");
        const auto port = static_cast<unsigned>(first.number("udp.source"));
        CHECK(first.text("ethernet.destination") == router_mac);
        CHECK(address.starts_with("203.0.113.6"));
        CHECK(port >= 1024);
        CHECK(first.text("ipv4.destination") == "192.0.2.9");
        CHECK(first.number("udp.destination") == 53);

        const Decoded again = only(bench.send("n3", question, shape), "internet");
        CHECK(again.text("ipv4.source") == address);
        CHECK(again.number("udp.source") == port);

        const Bytes answer = from_internet(bench).ipv4("192.0.2.9", address).udp(53, port).payload(99).bytes();
        const Decoded back = only(bench.send("internet", answer, shape), "n3");
        CHECK(back.number("gtpu.teid") == 0x2001);
        CHECK(back.text("ipv4.destination", innermost) == "100.64.0.7");
        CHECK(back.number("udp.destination", innermost) == 5353);
        CHECK(bench.ends() == Ends{});
    }
}

TEST_CASE("flows of one phone share its public address")
{
    Bench bench(one_node);
    std::set<std::string> addresses;
    std::set<std::uint64_t> ports;
    for (unsigned port = 2000; port < 2100; ++port) {
        const Decoded out = only(bench.send("n3", from_phone(bench, "192.0.2.9").udp(port, 53).bytes()), "internet");
        addresses.insert(out.text("ipv4.source"));
        ports.insert(out.number("udp.source"));
    }
    CHECK(addresses.size() == 1);
    CHECK(ports.size() == 100);
    CHECK(bench.sessions().total() == 100);
}

TEST_CASE("a UDP packet without a checksum stays without one")
{
    Bench bench(one_node);
    const Bytes frame = from_phone(bench, "192.0.2.9").udp(5353, 53).checksum(0).payload(30).bytes();
    CHECK(only(bench.send("n3", frame), "internet").number("udp.checksum") == 0);
}

TEST_CASE("a ping from inside is translated by its identifier")
{
    Bench bench(one_node);
    const Decoded out =
        only(bench.send("n3", from_phone(bench, "192.0.2.9").icmp_echo(8, 7, 1).payload(56).bytes()), "internet");
    const auto identifier = static_cast<unsigned>(out.number("icmp.identifier"));
    const std::string address = out.text("ipv4.source");
    const Decoded back = only(
        bench.send("internet",
                   from_internet(bench).ipv4("192.0.2.9", address).icmp_echo(0, identifier, 1).payload(56).bytes()),
        "n3");
    CHECK(back.number("icmp.identifier") == 7);
    CHECK(back.text("ipv4.destination", innermost) == "100.64.0.7");
}

TEST_CASE("what no session waits for is refused by name")
{
    Bench bench(one_node);
    CHECK(bench.send("internet", from_internet(bench).ipv4("192.0.2.9", "203.0.113.65").udp(53, 2000).bytes()).empty());
    CHECK(bench.ends() == Ends{{"nat.no_session", 1}});
    CHECK(bench.send("n3", from_phone(bench, "192.0.2.9").tcp(4000, 80, "A").bytes()).empty());
    CHECK(bench.ends() == Ends{{"nat.tcp_without_session", 1}});
    CHECK(bench.send("n3", from_phone(bench, "192.0.2.9").protocol(132).payload(40).bytes()).empty());
    CHECK(bench.ends() == Ends{{"nat.protocol_untranslatable", 1}});
    CHECK(bench.send("n3", from_phone(bench, "203.0.113.66").udp(4000, 80).bytes()).empty());
    CHECK(bench.ends() == Ends{{"nat.hairpin", 1}});
    CHECK(bench.send("n3", from_phone(bench, "192.0.2.9").fragment(0, true).udp(4000, 80).payload(64).bytes()).empty());
    CHECK(bench.ends() == Ends{{"translate.fragment_untranslatable", 1}});
    CHECK(bench.sessions().total() == 0);
}

TEST_CASE("an EIP translates every protocol both ways without a session")
{
    for (const Shape shape : shapes) {
        Bench bench(one_node);
        const Decoded out =
            only(bench.send(
                     "fabric",
                     from_machine(bench, "10.1.0.20").ipv4("10.1.0.20", "192.0.2.9").protocol(132).payload(40).bytes(),
                     shape),
                 "internet");
        CHECK(out.text("ipv4.source") == "198.51.100.77");
        const Decoded in =
            only(bench.send("internet",
                            from_internet(bench).ipv4("192.0.2.9", "198.51.100.77").tcp(50000, 22, "S").bytes(), shape),
                 "fabric");
        CHECK(in.text("ipv4.destination", innermost) == "10.1.0.20");
        CHECK(in.number("tcp.destination") == 22);
        CHECK(bench.sessions().total() == 0);
    }
}

TEST_CASE("fragments pass an EIP")
{
    Bench bench(one_node);
    const auto fragment = [&](unsigned offset, bool more) {
        Packet packet = from_internet(bench).ipv4("192.0.2.9", "198.51.100.77").fragment(offset, more);
        return offset == 0 ? packet.udp(50000, 53).payload(56).bytes() : packet.protocol(17).payload(64).bytes();
    };
    for (const auto& [offset, more] : {std::pair{0U, true}, {64U, false}}) {
        const auto out = bench.send("internet", fragment(offset, more));
        REQUIRE(out.size() == 1);
        CHECK(decode(out[0].frame).text("ipv4.destination", innermost) == "10.1.0.20");
    }
}

TEST_CASE("a machine with an EIP calls a service of the same node, and is answered")
{
    Bench bench(one_node);
    const Decoded call = only(
        bench.send("fabric",
                   from_machine(bench, "10.1.0.20").ipv4("10.1.0.20", "203.0.113.80").tcp(50000, 443, "S").bytes()),
        "fabric");
    const std::string backend = call.text("ipv4.destination", innermost);
    CHECK(backend.starts_with("10.1.0.3"));
    CHECK(call.text("ipv4.source", innermost) == "198.51.100.77");
    const Decoded answer =
        only(bench.send("fabric",
                        from_machine(bench, backend).ipv4(backend, "198.51.100.77").tcp(8443, 50000, "SA").bytes()),
             "fabric");
    CHECK(answer.text("ipv4.source", innermost) == "203.0.113.80");
    CHECK(answer.text("ipv4.destination", innermost) == "10.1.0.20");
    CHECK(bench.ends() == Ends{});
}

TEST_CASE("an idle flow ends after its time and gives its port back")
{
    Bench bench(one_node);
    const Bytes frame = from_phone(bench, "192.0.2.9").udp(5353, 53).bytes();
    CHECK(bench.send("n3", frame).size() == 1);
    bench.wait(299);
    CHECK(bench.sessions().total() == 1);
    bench.wait(5);
    CHECK(bench.sessions().total() == 0);
    CHECK(bench.tables().pools[0].blocks->blocks_leased() == 0);
    CHECK(bench.send("n3", frame).size() == 1);
}

TEST_CASE("a reset connection is kept for the transitory time only")
{
    Bench bench(one_node);
    CHECK(bench.send("n3", from_phone(bench, "192.0.2.9").tcp(4000, 80, "S").bytes()).size() == 1);
    CHECK(bench.sessions().sessions(0).state() == "opening");
    CHECK(bench.send("n3", from_phone(bench, "192.0.2.9").tcp(4000, 80, "A").bytes()).size() == 1);
    CHECK(bench.sessions().sessions(0).state() == "established");
    bench.wait(300);
    CHECK(bench.sessions().total() == 1);
    CHECK(bench.send("n3", from_phone(bench, "192.0.2.9").tcp(4000, 80, "RA").bytes()).size() == 1);
    CHECK(bench.sessions().sessions(0).state() == "reset");
    bench.wait(245);
    CHECK(bench.sessions().total() == 0);
}

TEST_CASE("when a NAT rule goes, the sessions that it began go on by both ways, and none is begun")
{
    const std::string rule = "    - {network: public, source: 198.18.5.128/25, pool: carrier}\n";
    std::string with_rule = one_node;
    with_rule.insert(with_rule.find("    - {network: shop, pool"), rule);
    for (const Shape shape : shapes) {
        Bench bench(with_rule);
        const auto from = [&](unsigned port) {
            return from_internet(bench).ipv4("198.18.5.130", "192.0.2.9").udp(port, 53).bytes();
        };
        const Decoded first = only(bench.send("internet", from(4000), shape), "internet");
        REQUIRE(first.text("ipv4.source").starts_with("203.0.113.6"));
        for (const std::string& config : {std::string(one_node), one_node + "# once more\n"}) {
            bench.configure(config);
            const Decoded again = only(bench.send("internet", from(4000), shape), "internet");
            CHECK(again.text("ipv4.source") == first.text("ipv4.source"));
            CHECK(again.number("udp.source") == first.number("udp.source"));
            CHECK(only(bench.send("internet", from(4001), shape), "internet").text("ipv4.source") == "198.18.5.130");
        }
        CHECK(bench.sessions().total() == 1);
        CHECK(bench.ends() == Ends{});
    }
}

TEST_CASE("rules that went are remembered while their pool is there, many of one network as one")
{
    std::string rules;
    for (unsigned i = 0; i < 40; ++i)
        rules += "    - {network: public, source: 192.0.2." + std::to_string(4 * i) + "/30, pool: carrier}\n";
    std::string with_rules = one_node;
    with_rules.insert(with_rules.find("    - {network: shop, pool"), rules);
    Bench bench(with_rules);
    CHECK(bench.tables().former_rules.empty());
    bench.configure(one_node);
    CHECK(bench.tables().former_rules.size() <= 16);
    CHECK(bench.tables().networks[table::public_network].translates_any);
    bench.configure(with_rules);
    CHECK(bench.tables().former_rules.size() <= 1); // each is a rule again, but what stands for the many is kept
    std::string other_pool = one_node;
    const std::string block = "block-size: 256";
    other_pool.replace(other_pool.find(block), block.size(), "block-size: 128");
    bench.configure(other_pool);
    CHECK(bench.tables().former_rules.empty());
    CHECK_FALSE(bench.tables().networks[table::public_network].translates_any);
}

} // namespace sluice::test
