// Services that keep their destination address: the packet reaches the backend as its sender made it, and the answer,
// which carries the service's address already, leaves by any node.
#include <catch2/catch.hpp>

#include "tests/scenario/bench.hpp"
#include "tests/scenario/stations.hpp"
#include "tests/scenario/why.hpp"
#include "tests/support/decode.hpp"

namespace sluice::test {
namespace {

using Ends = std::map<std::string, std::uint64_t>;

constexpr std::string_view kept = "203.0.113.80"; // with sessions
constexpr std::string_view ring = "203.0.113.82"; // without

Packet call(const Bench& bench, std::string_view vip, unsigned port, std::string_view flags = "S")
{
    return from_internet(bench).ipv4("192.0.2.9", vip).tcp(port, 443, flags);
}

// The IP packet inside the outermost, or only, frame.
Bytes ip_packet(const Bytes& frame)
{
    const Decoded got = decode(frame);
    const std::size_t at = got.layers.at(got.has("vxlan") ? got.layers.size() - 2 : 1).offset;
    return Bytes(frame.begin() + static_cast<long>(at), frame.end());
}

// Which machine's host the frame went to: by the machine's MAC address inside the tunnel.
std::string machine_of(const std::vector<Left>& out)
{
    REQUIRE(out.size() == 1);
    const Decoded got = decode(out[0].frame);
    INFO(got.describe());
    CHECK(got.faults.empty());
    CHECK(got.number("vxlan.vni") == 5001);
    return got.text("ethernet.destination", innermost) == "52:54:00:00:01:31" ? "10.1.0.31" : "10.1.0.32";
}

std::string without(std::string yaml, const std::string& what, const std::string& instead = "")
{
    for (std::size_t at = yaml.find(what); at != std::string::npos; at = yaml.find(what, at + instead.size()))
        yaml.replace(at, what.size(), instead);
    return yaml;
}

const std::string second_backend = ", {address: 10.1.0.32}";

} // namespace

SCENARIO("a direct service's packet reaches its backend unchanged but for the hop it has made")
{
    for (const std::string_view vip : {kept, ring}) {
        for (const Shape shape : shapes) {
            Bench bench(direct_node());
            const Bytes sent = call(bench, vip, 50'000, "A").payload(100).bytes();
            const auto out = bench.send("internet", sent, shape);
            REQUIRE(out.size() == 1);
            CHECK(out[0].interface == "fabric");
            static_cast<void>(machine_of(out));
            const Bytes expected = ip_packet(
                from_internet(bench).ipv4("192.0.2.9", vip).ttl(63).tcp(50'000, 443, "A").payload(100).bytes());
            CHECK(ip_packet(out[0].frame) == expected);
            CHECK(bench.sessions().total() == (vip == kept ? 1 : 0));
        }
    }
}

SCENARIO("flows keep their backend while the ring changes, where sessions are kept")
{
    Bench bench(direct_node());
    std::map<unsigned, std::string> of_kept, of_ring;
    for (unsigned port = 20'000; port < 20'060; ++port) {
        of_kept[port] = machine_of(bench.send("internet", call(bench, kept, port).bytes()));
        of_ring[port] = machine_of(bench.send("internet", call(bench, ring, port).bytes()));
    }
    CHECK(bench.sessions().total() == 60);
    static_cast<void>(bench.wait(0.1)); // ageing learns whose they are

    WHEN("a backend is drained")
    {
        bench.configure(without(direct_node(), second_backend, ", {address: 10.1.0.32, weight: 0}"));
        for (const auto& [port, machine] : of_kept) {
            CHECK(machine_of(bench.send("internet", call(bench, kept, port, "A").bytes())) == machine);
            CHECK(machine_of(bench.send("internet", call(bench, ring, port, "A").bytes())) == "10.1.0.31");
        }
        CHECK(machine_of(bench.send("internet", call(bench, kept, 30'000).bytes())) == "10.1.0.31");
        AND_THEN("a client that uses a port again is sent to the other")
        {
            for (const auto& [port, machine] : of_kept)
                for (const std::string_view flags : {"S", "A"})
                    CHECK(machine_of(bench.send("internet", call(bench, kept, port, flags).bytes())) == "10.1.0.31");
            CHECK(bench.sessions().total() == 61);
        }
    }
    WHEN("a backend is removed")
    {
        bench.configure(without(direct_node(), second_backend));
        static_cast<void>(bench.wait(3)); // its sessions end
        for (const auto& [port, machine] : of_kept)
            CHECK(machine_of(bench.send("internet", call(bench, kept, port, "A").bytes())) == "10.1.0.31");
    }
    WHEN("a backend moves to another host")
    {
        std::string moved = without(direct_node(), "vtep: 10.20.0.12", "vtep: 10.20.0.11");
        bench.configure(moved);
        for (const auto& [port, machine] : of_kept) {
            for (const std::string_view vip : {kept, ring}) {
                const auto out = bench.send("internet", call(bench, vip, port, "A").bytes());
                CHECK(decode(out.at(0).frame).text("ipv4.destination") == "10.20.0.11");
                CHECK(machine_of(out) == (vip == kept ? machine : of_ring[port]));
            }
        }
    }
    WHEN("the service begins to translate")
    {
        bench.configure(without(direct_node(), "    forward: direct\n    backends", "    forward: dnat\n    backends"));
        static_cast<void>(bench.wait(3)); // sessions of the other way are of no use
        const auto out = bench.send("internet", call(bench, kept, 20'000, "A").bytes());
        REQUIRE(out.size() == 1);
        CHECK(decode(out[0].frame).text("ipv4.destination", innermost) == machine_of(out));
    }
}

SCENARIO("every node leads a flow to the same backend, and no node needs to remember it")
{
    Bench one(direct_node());
    Bench other(direct_node());
    std::map<std::string, unsigned> flows;
    for (unsigned port = 20'000; port < 20'200; ++port) {
        const std::string machine = machine_of(one.send("internet", call(one, ring, port).bytes()));
        CHECK(machine_of(other.send("internet", call(other, ring, port, "A").bytes())) == machine);
        CHECK(machine_of(other.send("internet", call(other, kept, port, "A").bytes())) ==
              machine_of(one.send("internet", call(one, kept, port).bytes())));
        ++flows[machine];
    }
    REQUIRE(flows.size() == 2);
    CHECK(flows["10.1.0.31"] > 70);
    CHECK(flows["10.1.0.32"] > 70);
    const api::Services services = one.services();
    for (const api::ServiceStats& service : services.services()) {
        if (service.name() != "ring") continue;
        CHECK(service.forward() == api::DIRECT);
        CHECK(service.stateless());
        CHECK(service.flows() == 0);
        CHECK(service.packets() == 200);
        CHECK(service.bytes() == 200 * 40);
        CHECK(service.backends(0).packets() == flows["10.1.0.31"]);
        CHECK(service.backends(1).packets() == flows["10.1.0.32"]);
    }
}

SCENARIO("an answer that comes through a node goes out as it is, whether the node knows its flow or not")
{
    for (const std::string_view vip : {kept, ring}) {
        for (const Shape shape : shapes) {
            Bench entered(direct_node());
            Bench other(direct_node());
            static_cast<void>(machine_of(entered.send("internet", call(entered, vip, 50'000).bytes())));
            for (Bench* bench : {&entered, &other}) {
                const auto answer = [&](unsigned ttl) {
                    return from_machine(*bench, "10.1.0.31").ipv4(vip, "192.0.2.9").ttl(ttl).tcp(443, 50'000, "SA");
                };
                const auto out = bench->send("fabric", answer(64).bytes(), shape);
                REQUIRE(out.size() == 1);
                CHECK(out[0].interface == "internet");
                CHECK(decode(out[0].frame).faults.empty());
                CHECK(ip_packet(out[0].frame) == ip_packet(answer(63).bytes()));
            }
            CHECK(other.sessions().total() == 0);
            if (vip == kept) CHECK(entered.sessions().sessions(0).packets_reverse() == 1);
        }
    }
}

SCENARIO("fragments of an answer go out together, and those of a call are refused by name")
{
    Bench bench(direct_node());
    for (const unsigned offset : {0U, 64U}) {
        Packet answer = from_machine(bench, "10.1.0.31").ipv4(ring, "192.0.2.9").fragment(offset, offset == 0);
        const auto out = bench.send(
            "fabric", (offset == 0 ? answer.udp(443, 50'000).payload(56) : answer.protocol(17).payload(56)).bytes());
        REQUIRE(out.size() == 1);
        CHECK(out[0].interface == "internet");
        CHECK(decode(out[0].frame).text("ipv4.source") == ring);
    }
    CHECK(bench.ends() == Ends{});
    for (const std::string_view vip : {kept, ring}) {
        Packet first = from_internet(bench).ipv4("192.0.2.9", vip).fragment(0, true).udp(50'000, 443).payload(56);
        Packet later = from_internet(bench).ipv4("192.0.2.9", vip).fragment(64, false).protocol(17).payload(56);
        CHECK(bench.send("internet", first.bytes()).empty());
        CHECK(bench.send("internet", later.bytes()).empty());
        CHECK(bench.ends() == Ends{{"translate.fragment_untranslatable", 1}, {"l4lb.no_such_port", 1}});
    }
}

SCENARIO("an error about an answer reaches the backend that sent it, unchanged, with a session and without")
{
    for (const std::string_view vip : {kept, ring}) {
        for (const Shape shape : shapes) {
            Bench bench(direct_node());
            for (unsigned port = 50'000; port < 50'010; ++port) {
                const std::string machine = machine_of(bench.send("internet", call(bench, vip, port).bytes()));
                Packet answer;
                const Bytes quoted =
                    answer.ipv4(vip, "192.0.2.9").dont_fragment().tcp(443, port, "A").payload(8).bytes();
                const Bytes error = from_internet(bench).ipv4("192.0.2.1", vip).icmp_error(3, 4, 1280, quoted).bytes();
                const auto out = bench.send("internet", error, shape);
                CHECK(machine_of(out) == machine);
                const Decoded told = decode(out[0].frame);
                CHECK(told.text("ipv4.source", innermost) == "192.0.2.1");
                CHECK(told.text("ipv4.destination", innermost) == vip);
                CHECK(told.number("icmp.mtu") == 1280);
                CHECK(told.embedded == quoted);
            }
            CHECK(bench.ends() == Ends{});
        }
    }
}

SCENARIO("an error about a call leaves with the service's address, from wherever inside it comes")
{
    for (const std::string_view vip : {kept, ring}) {
        Bench bench(direct_node());
        const auto out = bench.send("internet", call(bench, vip, 50'000).bytes());
        REQUIRE(out.size() == 1);
        const Bytes error = from_machine(bench, "10.1.0.20")
                                .ipv4("10.1.0.20", "192.0.2.9")
                                .icmp_error(3, 1, 0, ip_packet(out[0].frame))
                                .bytes();
        const Decoded told = only(bench.send("fabric", error), "internet");
        CHECK(told.text("ipv4.source") == vip);
        CHECK(told.text("ipv4.destination") == "192.0.2.9");
        CHECK(decode_embedded(told.embedded).text("ipv4.destination") == vip);
    }
}

SCENARIO("what is too big for the tunnel, or has made its last hop, is answered and not forwarded")
{
    for (const std::string_view vip : {kept, ring}) {
        Bench bench(direct_node());
        const Bytes big = call(bench, vip, 50'000, "A").payload(1'420).bytes(); // 1460 into a network of 1450
        const Decoded told = only(bench.send("internet", big), "internet");
        CHECK(told.number("icmp.mtu") == 1450);
        const Bytes late = from_internet(bench).ipv4("192.0.2.9", vip).ttl(1).tcp(50'000, 443, "A").bytes();
        CHECK(only(bench.send("internet", late), "internet").number("icmp.type") == 11);
        CHECK(bench.ends() == Ends{{"route.too_big", 1}, {"route.hop_limit_exceeded", 1}});
    }
}

SCENARIO("an IPv6 service is reached and answers in the same way, over an IPv4 underlay")
{
    for (const std::string_view vip : {"2001:db8:f::80", "2001:db8:f::82"}) {
        for (const Shape shape : shapes) {
            Bench bench(direct_node());
            const auto there = [&](unsigned limit) {
                return from_internet(bench).ipv6("2001:db8:5::9", vip).ttl(limit).tcp(50'000, 443, "A").payload(9);
            };
            const auto out = bench.send("internet", there(64).bytes(), shape);
            REQUIRE(out.size() == 1);
            CHECK(machine_of(out) == "10.1.0.31");
            CHECK(ip_packet(out[0].frame) == ip_packet(there(63).bytes()));
            const auto answer = [&](unsigned limit) {
                return from_machine(bench, "10.1.0.31").ipv6(vip, "2001:db8:5::9").ttl(limit).tcp(443, 50'000, "A");
            };
            const auto back = bench.send("fabric", answer(64).bytes(), shape);
            REQUIRE(back.size() == 1);
            CHECK(back[0].interface == "internet");
            CHECK(ip_packet(back[0].frame) == ip_packet(answer(63).bytes()));
            Packet of_answer;
            const Bytes quoted = of_answer.ipv6(vip, "2001:db8:5::9").tcp(443, 50'000, "A").payload(20).bytes();
            const auto told = bench.send(
                "internet", from_internet(bench).ipv6("2001:db8:9::1", vip).icmp6_error(2, 0, 1280, quoted).bytes(),
                shape);
            CHECK(machine_of(told) == "10.1.0.31");
            CHECK(decode(told[0].frame).embedded == quoted);
            CHECK(bench.ends() == Ends{});
        }
    }
}

SCENARIO("a phone behind NAT reaches a direct service of the same node, and is answered")
{
    for (const std::string_view vip : {kept, ring}) {
        Bench bench(direct_node());
        const auto out = bench.send("n3", from_phone(bench, vip).tcp(40'000, 443, "S").bytes());
        const std::string machine = machine_of(out);
        const Decoded order = decode(out[0].frame);
        CHECK(order.text("ipv4.destination", innermost) == vip);
        const std::string customer = order.text("ipv4.source", innermost);
        const auto port = static_cast<unsigned>(order.number("tcp.source"));
        const Decoded back = only(
            bench.send("fabric", from_machine(bench, machine).ipv4(vip, customer).tcp(443, port, "SA").bytes()), "n3");
        CHECK(back.text("ipv4.source", innermost) == vip);
        CHECK(back.text("ipv4.destination", innermost) == "100.64.0.7");
        static_cast<void>(bench.wait(3)); // the session is NAT's as well, and stays
        CHECK(bench.sessions().total() == 1);
    }
}

SCENARIO("backends on a plain link of the public network get the frame with their own MAC address")
{
    for (const std::string mode : {"", "    sessions: false\n"}) {
        Bench bench(without(direct_node(), "services:\n",
                            "services:\n  near:\n    address: 203.0.113.81\n    ports: [80/tcp]\n    network: public\n"
                            "    forward: direct\n" +
                                mode + "    backends: [{address: 198.51.100.50}]\n"));
        const auto client = [&](unsigned ttl) {
            return from_internet(bench).ipv4("192.0.2.9", "203.0.113.81").ttl(ttl).tcp(50'000, 80, "S").bytes();
        };
        CHECK(bench.send("internet", client(64)).empty()); // held until the neighbour is known
        CHECK(bench.wanted_neighbors() == std::vector<std::string>{"internet 198.51.100.50"});
        bench.learn("internet", "198.51.100.50", "02:00:00:00:02:50");
        const auto out = bench.wait(0.1);
        REQUIRE(out.size() == 1);
        CHECK(decode(out[0].frame).text("ethernet.destination") == "02:00:00:00:02:50");
        CHECK(ip_packet(out[0].frame) == ip_packet(client(63)));
        const Bytes answer = from_internet(bench).ipv4("203.0.113.81", "192.0.2.9").tcp(80, 50'000, "SA").bytes();
        const Decoded back = only(bench.send("internet", answer), "internet");
        CHECK(back.text("ethernet.destination") == router_mac);
        CHECK(back.text("ipv4.source") == "203.0.113.81");
    }
}

SCENARIO("why names the backend of a direct service, and the service of an answer")
{
    Bench bench(direct_node());
    const auto lines = [&](const api::Explain& asked) {
        std::string all;
        const api::Explanation told = bench.why(asked).value();
        for (const api::Step& step : told.steps())
            for (const std::string& line : step.lines())
                all += step.stage() + ": " + line + "\n";
        return all + told.verdict();
    };
    const auto to = [&](std::string_view vip) { return lines(question("public", "192.0.2.9", 5000, vip, 443, 6)); };
    CHECK_THAT(to(kept), Catch::Contains("no session; one would begin: service order"));
    CHECK_THAT(to(kept), Catch::Contains("becomes 192.0.2.9:5000 → 203.0.113.80:443 in network shop, to backend 10.1"));
    CHECK_THAT(to(ring), Catch::Contains("no session and none needed: service ring, whose ring alone chooses"));
    CHECK_THAT(to(ring), Catch::Contains("to backend 10.1.0.3"));
    CHECK_THAT(to(ring), Catch::EndsWith("sent"));
    api::Explain answer = question("shop", ring, 443, "192.0.2.9", 5000, 6);
    answer.set_established(true);
    CHECK_THAT(lines(answer), Catch::Contains("the answer of a backend of service ring"));
    const api::Services services = bench.services();
    for (const api::ServiceStats& service : services.services())
        CHECK(service.packets() == 0);
}

} // namespace sluice::test
