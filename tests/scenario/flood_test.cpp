// A flood of new flows: the cap of workers.new-sessions leaves what is established alone.
#include <catch2/catch.hpp>

#include "tests/scenario/bench.hpp"
#include "tests/scenario/stations.hpp"

namespace sluice::test {
namespace {

std::string capped(const std::string& new_sessions)
{
    std::string yaml = one_node;
    const std::string idle = "idle: sleep";
    return yaml.replace(yaml.find(idle), idle.size(), idle + ", new-sessions: " + new_sessions);
}

Bytes from_client(const Bench& bench, unsigned port, const char* flags)
{
    return from_internet(bench).ipv4("192.0.2.9", "203.0.113.80").tcp(port, 443, flags).bytes();
}

} // namespace

TEST_CASE("a worker begins so many sessions in a second, by NAT or for a service, and no more")
{
    Bench bench(capped("100"));
    REQUIRE(bench.send("internet", from_client(bench, 999, "S")).size() == 1);
    REQUIRE(bench.send("n3", from_phone(bench, "192.0.2.9").udp(999, 53).bytes()).size() == 1);
    bench.wait(1);
    // What a tenth of a second saves up, and the one whose turn it is.
    unsigned begun = 0;
    for (unsigned port = 2'000; port < 2'020; ++port) {
        begun += static_cast<unsigned>(bench.send("internet", from_client(bench, port, "S")).size());
        begun += static_cast<unsigned>(bench.send("n3", from_phone(bench, "192.0.2.9").udp(port, 53).bytes()).size());
    }
    CHECK(begun == 11);
    CHECK(bench.sessions().total() == 13);
    CHECK(bench.ends() == std::map<std::string, std::uint64_t>{{"translate.new_session_limit", 29}});
    // Established flows go on.
    CHECK(bench.send("internet", from_client(bench, 999, "A")).size() == 1);
    CHECK(bench.send("n3", from_phone(bench, "192.0.2.9").udp(999, 53).bytes()).size() == 1);
    bench.wait(0.1);
    CHECK(bench.send("internet", from_client(bench, 3'000, "S")).size() == 1);
}

TEST_CASE("of drops that come at once every one is counted, the first 256 are kept, and later ones again")
{
    Bench bench(one_node);
    const auto die = [&](unsigned port) {
        bench.send("n3", from_phone(bench, "192.0.2.9").tcp(port, 53, "A").bytes());
    };
    for (unsigned port = 1'000; port < 1'400; ++port)
        die(port);
    CHECK(bench.ends() == std::map<std::string, std::uint64_t>{{"nat.tcp_without_session", 400}});
    const auto at_once = bench.last_drops();
    CHECK(at_once.size() == LastDrops::slots);
    bench.wait(0.001);
    die(1'400);
    const auto later = bench.last_drops();
    CHECK(later.size() == LastDrops::slots);
    CHECK(later.back().time_ticks > at_once.back().time_ticks);
}

TEST_CASE("without a cap nothing is refused")
{
    Bench bench(one_node);
    for (unsigned port = 2'000; port < 2'300; ++port)
        REQUIRE(bench.send("internet", from_client(bench, port, "S")).size() == 1);
}

} // namespace sluice::test
