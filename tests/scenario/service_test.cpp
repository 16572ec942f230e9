// Services: choice, both families, what is refused, and two nodes that share one service.
#include <catch2/catch.hpp>

#include "tests/scenario/bench.hpp"
#include "tests/scenario/stations.hpp"
#include "tests/support/decode.hpp"

namespace sluice::test {
namespace {

using Ends = std::map<std::string, std::uint64_t>;

Bytes call(const Bench& bench, unsigned port, std::string_view flags = "S")
{
    return from_internet(bench).ipv4("192.0.2.9", "203.0.113.80").tcp(port, 443, flags).bytes();
}

// `one_node`, where this backend gets no new flows.
std::string drained(const std::string& backend)
{
    std::string yaml = one_node;
    const std::string quote = backend.find(':') == std::string::npos ? "" : "\"";
    const std::string whole = "{address: " + quote + backend + quote + ", port: 8443";
    yaml.insert(yaml.find(whole) + whole.size(), ", weight: 0");
    return yaml;
}

std::string backend_of(const std::vector<Left>& out)
{
    REQUIRE(out.size() == 1);
    return decode(out[0].frame).text("ipv4.destination", innermost);
}

} // namespace

TEST_CASE("flows are shared between the backends, and each flow stays where it is")
{
    Bench bench(one_node);
    std::map<std::string, unsigned> flows;
    for (unsigned port = 10'000; port < 10'400; ++port) {
        const std::string backend = backend_of(bench.send("internet", call(bench, port)));
        CHECK(backend_of(bench.send("internet", call(bench, port, "A"))) == backend);
        ++flows[backend];
    }
    REQUIRE(flows.size() == 2);
    for (const auto& [backend, count] : flows)
        CHECK(count > 140);
    const api::Services services = bench.services();
    CHECK(services.services(0).name() == "order");
    CHECK(services.services(0).flows() == 400);
    CHECK(services.services(0).packets() == 800);
}

TEST_CASE("an IPv6 service reaches its backend over an IPv4 underlay and its answer is the service's")
{
    for (const Shape shape : shapes) {
        Bench bench(one_node);
        const auto out = bench.send(
            "internet",
            from_internet(bench).ipv6("2001:db8:5::9", "2001:db8:f::80").tcp(50000, 443, "S").mss(1440).bytes(), shape);
        REQUIRE(out.size() == 1);
        const Decoded order = decode(out[0].frame);
        INFO(order.describe());
        CHECK(order.faults.empty());
        CHECK(order.number("vxlan.vni") == 5001);
        CHECK(order.text("ipv6.destination") == "2001:db8:1::31");
        CHECK(order.number("tcp.mss") == 1450 - 60);
        const auto back = bench.send(
            "fabric",
            from_machine(bench, "10.1.0.31").ipv6("2001:db8:1::31", "2001:db8:5::9").tcp(8443, 50000, "SA").bytes(),
            shape);
        REQUIRE(back.size() == 1);
        CHECK(back[0].interface == "internet");
        const Decoded answer = decode(back[0].frame);
        CHECK(answer.faults.empty());
        CHECK(answer.text("ipv6.source") == "2001:db8:f::80");
        CHECK(answer.number("tcp.source") == 443);
    }
}

TEST_CASE("a flow that entered by one node is answered by another")
{
    Bench entered(one_node);
    Bench other(one_node);
    const std::string backend = backend_of(entered.send("internet", call(entered, 50'000)));
    const auto out =
        other.send("fabric", from_machine(other, backend).ipv4(backend, "192.0.2.9").tcp(8443, 50'000, "SA").bytes());
    REQUIRE(out.size() == 1);
    CHECK(out[0].interface == "internet");
    const Decoded answer = decode(out[0].frame);
    CHECK(answer.faults.empty());
    CHECK(answer.text("ipv4.source") == "203.0.113.80");
    CHECK(answer.number("tcp.source") == 443);
    CHECK(other.sessions().total() == 0);
    SECTION("and goes to the same backend when the client's packets move there too")
    {
        for (unsigned port = 20'000; port < 20'050; ++port)
            CHECK(backend_of(entered.send("internet", call(entered, port))) ==
                  backend_of(other.send("internet", call(other, port, "A"))));
    }
}

TEST_CASE("what a service does not serve is refused by name")
{
    Bench bench(one_node);
    const auto to = [&](unsigned port) {
        return from_internet(bench).ipv4("192.0.2.9", "203.0.113.80").tcp(5000, port, "S").bytes();
    };
    CHECK(bench.send("internet", to(80)).empty());
    CHECK(bench.ends() == Ends{{"l4lb.no_such_port", 1}});
    std::string drained = one_node;
    for (const std::string backend : {"10.1.0.31, port: 8443}", "10.1.0.32, port: 8443}"})
        drained.replace(drained.find(backend), backend.size(), backend.substr(0, backend.size() - 1) + ", weight: 0}");
    bench.configure(drained);
    CHECK(bench.send("internet", to(443)).empty());
    CHECK(bench.ends() == Ends{{"l4lb.no_backend", 1}});
}

TEST_CASE("a backend without a port is met at the port that the packet has")
{
    std::string portless = one_node;
    const auto change = [&](const std::string& from, const std::string& to) {
        portless.replace(portless.find(from), from.size(), to);
    };
    change("[443/tcp, 443/udp]", "[443/tcp, 8080/tcp]");
    change("10.1.0.31, port: 8443}", "10.1.0.31}");
    change("10.1.0.32, port: 8443}", "10.1.0.32}");
    Bench bench(portless);
    for (const unsigned port : {443U, 8080U}) {
        const auto out = bench.send(
            "internet", from_internet(bench).ipv4("192.0.2.9", "203.0.113.80").tcp(50'000, port, "S").bytes());
        CHECK(decode(out.at(0).frame).number("tcp.destination") == port);
        const std::string backend = backend_of(out);
        const auto back = bench.send(
            "fabric", from_machine(bench, backend).ipv4(backend, "192.0.2.9").tcp(port, 50'000, "SA").bytes());
        REQUIRE(back.size() == 1);
        CHECK(decode(back[0].frame).text("ipv4.source") == "203.0.113.80");
        CHECK(decode(back[0].frame).number("tcp.source") == port);
    }
}

TEST_CASE("a drained backend keeps its flows and gets no new ones")
{
    Bench bench(one_node);
    std::map<unsigned, std::string> before;
    for (unsigned port = 30'000; port < 30'050; ++port)
        before[port] = backend_of(bench.send("internet", call(bench, port)));
    bench.configure(drained("10.1.0.32"));
    for (const auto& [port, backend] : before)
        CHECK(backend_of(bench.send("internet", call(bench, port, "A"))) == backend);
    for (unsigned port = 31'000; port < 31'050; ++port)
        CHECK(backend_of(bench.send("internet", call(bench, port))) == "10.1.0.31");
}

// A connection of a client through one backend, which then gets no new ones: where does the client's next SYN go?
struct Reused {
    Reused() { first = backend_of(say("S")); }

    std::vector<Left> say(std::string_view flags) { return bench.send("internet", call(bench, port, flags)); }
    void answer(std::string_view flags)
    {
        const Packet back = from_machine(bench, first).ipv4(first, "192.0.2.9").tcp(8443, port, flags);
        CHECK(bench.send("fabric", back.bytes()).size() == 1);
    }
    void establish()
    {
        answer("SA");
        CHECK(backend_of(say("A")) == first);
    }
    void drain() { bench.configure(drained(first)); }

    static constexpr unsigned port = 30'000;
    Bench bench{one_node};
    std::string first;
};

TEST_CASE("a SYN of a connection that is over, or that nobody answers, goes where new flows go")
{
    Reused client;
    SECTION("nobody has answered") {}
    SECTION("the backend refused it")
    {
        client.answer("RA");
    }
    SECTION("both have said FIN")
    {
        client.establish();
        client.say("FA");
        client.answer("FA");
    }
    SECTION("what the client sent was not answered for a while")
    {
        client.establish();
        client.bench.wait(1);
        client.say("A");
    }
    CHECK(backend_of(client.say("S")) == client.first); // the ring is as it was
    client.drain();
    const std::string second = backend_of(client.say("S"));
    CHECK(second != client.first);
    CHECK(backend_of(client.say("S")) == second);
    CHECK(backend_of(client.say("A")) == second);
    CHECK(client.bench.sessions().total() == 1);
    client.bench.wait(2);
    CHECK(client.bench.services().services(0).flows() == 2);
}

TEST_CASE("a SYN of a connection that lives does not move it")
{
    Reused client;
    SECTION("the answer to the first one was lost")
    {
        client.answer("SA");
    }
    SECTION("it was answered lately")
    {
        client.establish();
    }
    SECTION("the answer came last, however long ago")
    {
        client.establish();
        client.answer("A");
        client.bench.wait(100);
    }
    client.drain();
    CHECK(backend_of(client.say("S")) == client.first);
    CHECK(backend_of(client.say("A")) == client.first);
    CHECK(client.bench.sessions().total() == 1);
}

TEST_CASE("in a full table a SYN that moves dies as table_full, and has its new session once ageing has been by")
{
    Reused client;
    Bench& bench = client.bench;
    unsigned port = 31'000;
    while (bench.send("internet", call(bench, port)).size() == 1)
        ++port;
    CHECK(bench.ends() == Ends{{"translate.table_full", 1}});
    const std::uint64_t full = bench.sessions().total();
    client.drain();
    CHECK(client.say("S").empty());
    CHECK(bench.ends() == Ends{{"translate.table_full", 1}});
    CHECK(bench.sessions().total() == full - 1);
    bench.wait(2);
    CHECK(backend_of(client.say("S")) != client.first);
    CHECK(bench.sessions().total() == full);
}

TEST_CASE("a SYN that nobody answers is refused when nobody gets new flows")
{
    Bench bench(one_node);
    const auto say = [&](std::string_view flags) {
        return bench.send("internet",
                          from_internet(bench).ipv6("2001:db8:5::9", "2001:db8:f::80").tcp(50'000, 443, flags).bytes());
    };
    CHECK(say("S").size() == 1);
    bench.configure(drained("2001:db8:1::31"));
    CHECK(say("A").size() == 1); // no SYN
    CHECK(say("S").empty());
    CHECK(bench.ends() == Ends{{"l4lb.no_backend", 1}});
    CHECK(bench.sessions().total() == 0);
}

TEST_CASE("a phone that uses its port again gets its public port back with the session that gave way")
{
    Bench bench(one_node);
    const auto say = [&](std::string_view flags) {
        return bench.send("n3", from_phone(bench).tcp(4000, 443, flags).bytes());
    };
    const std::string first = backend_of(say("S"));
    bench.configure(drained(first));
    CHECK(backend_of(say("S")) != first);
    CHECK(bench.sessions().total() == 1);
    bench.wait(300);
    CHECK(bench.sessions().total() == 0);
    CHECK(bench.tables().pools[0].blocks->blocks_leased() == 0);
}

TEST_CASE("pings to the service, the gateway of a subnet and the tunnel endpoint are answered here")
{
    Bench bench(one_node);
    const auto service = bench.send(
        "internet", from_internet(bench).ipv4("192.0.2.9", "203.0.113.80").icmp_echo(8, 7, 1).payload(56).bytes());
    REQUIRE(service.size() == 1);
    const Decoded reply = decode(service[0].frame);
    CHECK(reply.faults.empty());
    CHECK(reply.text("ipv4.source") == "203.0.113.80");
    CHECK(reply.number("icmp.type") == 0);
    const auto gateway =
        bench.send("fabric", from_machine(bench, "10.1.0.31").ipv4("10.1.0.31", "10.1.0.1").icmp_echo(8, 7, 1).bytes());
    REQUIRE(gateway.size() == 1);
    const Decoded inner = decode(gateway[0].frame);
    CHECK(inner.faults.empty());
    CHECK(inner.number("vxlan.vni") == 5001);
    CHECK(inner.text("ipv4.source", innermost) == "10.1.0.1");
    CHECK(bench.ends() == Ends{{"route.echo_answered", 2}});
}

} // namespace sluice::test
