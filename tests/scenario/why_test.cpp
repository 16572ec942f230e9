// `sluicectl why`: what it foretells is what happens, and it leaves no trace.
#include <catch2/catch.hpp>

#include "tests/scenario/bench.hpp"
#include "tests/scenario/stations.hpp"
#include "tests/scenario/why.hpp"

namespace sluice::test {
namespace {

constexpr std::uint32_t icmp = 1, tcp = 6, udp = 17;

api::Explain order()
{
    return question("phones", "100.64.0.7", 41000, "203.0.113.80", 443, tcp);
}

// "translate: …" of every line.
std::vector<std::string> lines(const api::Explanation& answer)
{
    std::vector<std::string> all;
    for (const api::Step& step : answer.steps())
        for (const std::string& line : step.lines())
            all.push_back(step.stage() + (step.of_answer() ? " of answer: " : ": ") + line);
    return all;
}

bool says(const api::Explanation& answer, const std::string& what)
{
    for (const std::string& line : lines(answer))
        if (line.find(what) != std::string::npos) return true;
    return false;
}

} // namespace

SCENARIO("why tells the whole way of a phone's order")
{
    Bench bench(one_node);
    const api::Explanation told = bench.why(order()).value();
    CAPTURE(lines(told));
    CHECK(told.verdict() == "sent");
    CHECK(told.interface() == "n3");
    CHECK(says(told, "terminate: gtpu teid 0x1001 from 10.30.0.9 → network phones"));
    CHECK(says(told, "translate: no session; one would begin: pool carrier, service order"));
    CHECK(says(told, "translate: nat rule (bench.yaml:"));
    CHECK(says(told, "translate: service order (bench.yaml:"));
    CHECK(says(told, " of 1009 → 10.1.0.3"));
    CHECK(says(told, "route: shop 10.1.0.3"));
    CHECK(says(told, "encapsulate: vxlan vni 5001 to 10.20.0.1"));
    CHECK(says(told, "transmit: fabric to 02:00:00:00:02:1"));

    AND_THEN("nothing has changed, and the order goes that way")
    {
        CHECK(bench.sessions().total() == 0);
        CHECK(bench.ends().empty());
        const auto left = bench.send("n3", from_phone(bench).tcp(41000, 443, "S").bytes());
        REQUIRE(left.size() == 1);
        CHECK(left[0].interface == "fabric");
        CHECK(decode(left[0].frame).faults.empty());
        CHECK(says(told, "a frame of " + std::to_string(left[0].frame.size()) + " bytes"));
    }
    AND_THEN("once it has gone, its session is told, and is not touched")
    {
        (void)bench.send("n3", from_phone(bench).tcp(41000, 443, "S").bytes());
        api::Explain again = order();
        again.set_established(true);
        const api::Explanation then = bench.why(again).value();
        CHECK(says(then, "translate: session: 100.64.0.7:41000 → 203.0.113.80:443 (pool carrier, service order)"));
        CHECK(then.verdict() == "sent");
        REQUIRE(bench.sessions().sessions_size() == 1);
        CHECK(bench.sessions().sessions(0).packets_forward() == 1);
    }
}

SCENARIO("why names the reason of a packet that would die, and counts nothing")
{
    Bench bench(one_node);
    const auto dies = [&bench](const api::Explain& asked, const std::string& reason) {
        const auto told = bench.why(asked);
        REQUIRE(told);
        CAPTURE(lines(*told));
        CHECK(told->reason().name() == reason);
        CHECK_FALSE(told->reason().meaning().empty());
        CHECK(told->verdict().starts_with("dropped"));
    };
    api::Explain late = order();
    late.set_established(true);
    dies(late, "tcp_without_session");
    api::Explain last_hop = order();
    last_hop.set_ttl(1);
    dies(last_hop, "hop_limit_exceeded");
    api::Explain big = order();
    big.set_length(1600);
    dies(big, "too_big");
    dies(question("phones", "100.64.0.7", 41000, "203.0.113.80", 81, tcp), "no_such_port");
    CHECK(bench.ends().empty());
    CHECK(bench.sessions().total() == 0);
}

SCENARIO("why tells what the node itself answers, and what it hands to the kernel")
{
    Bench bench(one_node);
    const api::Explanation ping = bench.why(question("phones", "100.64.0.7", 9, "203.0.113.80", 0, icmp)).value();
    CAPTURE(lines(ping));
    CHECK(ping.verdict() == "answered here");
    CHECK(ping.reason().name() == "echo_answered");
    CHECK(says(ping, "transmit of answer: n3"));

    const api::Explanation own = bench.why(question("public", "192.0.2.9", 5, "198.51.100.2", 0, icmp)).value();
    CAPTURE(lines(own));
    CHECK(own.verdict() == "given to the kernel");
}

SCENARIO("why says for whose MAC address a packet would wait, and neither asks nor keeps it")
{
    Bench bench(one_node);
    const api::Explanation told = bench.why(question("phones", "100.64.0.7", 9, "198.51.100.44", 9, udp)).value();
    CAPTURE(lines(told));
    CHECK(told.verdict() == "held");
    CHECK(says(told, "internet must first learn the MAC address of 198.51.100.44"));
    CHECK(bench.wanted_neighbors().empty());
    CHECK(bench.law().held == 0);
    CHECK(bench.ends().empty());
}

SCENARIO("a question that nobody's packet could ask is refused in a sentence")
{
    Bench bench(one_node);
    const auto refused = [&bench](api::Explain asked, const std::string& what) {
        const auto told = bench.why(asked);
        REQUIRE_FALSE(told);
        CHECK_THAT(told.error().text(), Catch::Contains(what));
    };
    refused(question("nowhere", "100.64.0.7", 1, "192.0.2.9", 1, udp), "there is no network 'nowhere'");
    refused(question("phones", "100.64.9.9", 1, "192.0.2.9", 1, udp), "no GTP-U tunnel of network phones");
    refused(question("shop", "10.9.9.9", 1, "192.0.2.9", 1, udp), "no tunnel leads back to 10.9.9.9");
    refused(question("phones", "100.64.0.7", 1, "2001:db8::1", 1, udp), "addresses of one family");
    api::Explain elsewhere = order();
    elsewhere.set_interface("eth9");
    refused(elsewhere, "there is no interface 'eth9'");
    api::Explain tiny = order();
    tiny.set_length(20);
    refused(tiny, "a length of 20 is not from 40 to");
    api::Explain huge = order();
    huge.set_length(65'535);
    refused(huge, "a length of 65535 is not from 40 to");
    refused(question("phones", "100.64.0.7", 1, "192.0.2.9", 1, 47),
            "protocol 47 is not TCP, UDP or the family's ICMP");
    refused(question("phones", "100.64.0.7", 65'536, "192.0.2.9", 1, udp), "a port is above 65535");
    api::Explain nameless = order();
    nameless.set_source("abc");
    refused(nameless, "addresses of one family");
}

} // namespace sluice::test
