// First packets of flows, many in one burst: what they need is asked ahead for all of them, but each is judged in its
// turn, as if it had come alone.
#include <set>

#include <catch2/catch.hpp>

#include "tests/scenario/bench.hpp"
#include "tests/scenario/stations.hpp"

namespace sluice::test {
namespace {

using Counts = std::map<std::string, std::uint64_t>;

constexpr unsigned first_source = 30'000;
constexpr const char* internet_server = "192.0.2.9";

std::string replaced(std::string yaml, const std::string& what, const std::string& by)
{
    return yaml.replace(yaml.find(what), what.size(), by);
}

// One address with 512 ports, in two blocks.
std::string with_small_pool()
{
    return replaced(one_node, "{addresses: [203.0.113.64/30], ports: 1024-65535, block-size: 256}",
                    "{addresses: [203.0.113.64/32], ports: 1024-1535, block-size: 256}");
}

Bytes phone_syn(Bench& bench, unsigned port)
{
    return from_phone(bench, internet_server).tcp(port, 80, "S").bytes();
}

Bytes phone_asks(Bench& bench, unsigned port)
{
    return from_phone(bench, internet_server).udp(port, 53).bytes();
}

Bytes client_syn(Bench& bench, unsigned port)
{
    return from_internet(bench).ipv4("192.0.2.7", "203.0.113.80").tcp(port, 443, "S").bytes();
}

template<class Make>
std::vector<Bytes> burst_of(Bench& bench, Make&& make, unsigned first, unsigned count)
{
    std::vector<Bytes> frames;
    for (unsigned i = 0; i < count; ++i)
        frames.push_back(make(bench, first + i));
    return frames;
}

std::string public_source(const Left& left, const std::string& transport)
{
    const Decoded packet = decode(left.frame);
    return packet.text("ipv4.source", innermost) + " " + std::to_string(packet.number(transport + ".source"));
}

} // namespace

TEST_CASE("a burst of new flows gives each a session and a port of its own")
{
    Bench bench(one_node);
    for (const bool tcp : {true, false}) {
        const auto frames = burst_of(bench, tcp ? phone_syn : phone_asks, first_source, 64);
        const auto out = bench.send("n3", frames);
        REQUIRE(out.size() == 64);
        std::set<std::string> sources;
        for (const Left& left : out)
            CHECK(sources.insert(public_source(left, tcp ? "tcp" : "udp")).second);
    }
    CHECK(bench.sessions().total() == 128);
    CHECK(bench.send("internet", burst_of(bench, client_syn, first_source, 64)).size() == 64);
    CHECK(bench.sessions().total() == 192);
    CHECK(bench.ends().empty());
}

TEST_CASE("packets of one new flow in one burst have one session, and leave in their order")
{
    Bench bench(one_node);
    std::vector<Bytes> frames;
    for (unsigned i = 0; i < 60; ++i) // three flows in turn
        frames.push_back(from_phone(bench, internet_server).tcp(first_source + i % 3, 80, "S").sequence(i).bytes());
    const auto out = bench.send("n3", frames);
    REQUIRE(out.size() == 60);
    for (unsigned i = 0; i < 60; ++i) {
        CHECK(decode(out[i].frame).number("tcp.sequence") == i);
        CHECK(public_source(out[i], "tcp") == public_source(out[i % 3], "tcp"));
    }
    const api::Sessions sessions = bench.sessions();
    REQUIRE(sessions.total() == 3);
    for (const api::Session& session : sessions.sessions())
        CHECK(session.packets_forward() == 20);
    CHECK(bench.ends().empty());
}

TEST_CASE("a burst meets the end of a pool in its middle")
{
    Bench bench(with_small_pool());
    for (unsigned first = first_source; first < first_source + 480; first += 60)
        REQUIRE(bench.send("n3", burst_of(bench, phone_asks, first, 60)).size() == 60);
    // 32 ports are left; the first two flows come twice and need none for that.
    auto frames = burst_of(bench, phone_asks, 40'000, 40);
    frames.insert(frames.begin() + 20, frames.begin(), frames.begin() + 2);
    CHECK(bench.send("n3", frames).size() == 34);
    CHECK(bench.ends() == Counts{{"nat.pool_exhausted", 8}});
    CHECK(bench.sessions().total() == 512);
}

TEST_CASE("a burst meets the end of the table in its middle")
{
    Bench bench(one_node);
    constexpr unsigned ipv4_part = 3'000; // of 4k
    for (unsigned first = 0; first < ipv4_part - 30; first += 30)
        REQUIRE(bench.send("internet", burst_of(bench, client_syn, 2'000 + first, 30)).size() == 30);
    CHECK(bench.send("internet", burst_of(bench, client_syn, 50'000, 60)).size() == 30);
    CHECK(bench.ends() == Counts{{"translate.table_full", 30}});
    CHECK(bench.sessions().total() == ipv4_part);
    // No port is lost either.
    CHECK(bench.send("n3", burst_of(bench, phone_asks, first_source, 60)).empty());
    CHECK(bench.ends() == Counts{{"translate.table_full", 60}});
    bench.wait(10'000);
    CHECK(bench.sessions().total() == 0);
    CHECK(bench.send("n3", burst_of(bench, phone_asks, first_source, 60)).size() == 60);
}

TEST_CASE("a burst meets the cap on new sessions in its middle, and established flows pass it")
{
    Bench bench(replaced(one_node, "idle: sleep", "idle: sleep, new-sessions: 100"));
    REQUIRE(bench.send("n3", phone_syn(bench, first_source)).size() == 1);
    bench.wait(1);
    std::vector<Bytes> frames = burst_of(bench, phone_syn, first_source, 30); // the first one again, and 29 new ones
    frames.push_back(phone_syn(bench, first_source));
    // What a tenth of a second saves up and the one whose turn it is, and the established one twice.
    CHECK(bench.send("n3", frames).size() == 13);
    CHECK(bench.ends() == Counts{{"translate.new_session_limit", 18}});
    CHECK(bench.sessions().total() == 12);
}

TEST_CASE("what may not begin a session is told from what may, in one burst")
{
    Bench bench(one_node);
    std::vector<Bytes> frames = burst_of(bench, phone_syn, first_source, 2);
    frames.push_back(from_phone(bench, internet_server).tcp(first_source, 80, "SA").bytes()); // known by then
    frames.push_back(from_phone(bench, internet_server).tcp(first_source + 9, 80, "SA").bytes());
    frames.push_back(from_phone(bench, internet_server).tcp(first_source + 9, 80, "A").bytes());
    frames.push_back(from_internet(bench).ipv4("192.0.2.7", "203.0.113.80").tcp(first_source, 25, "S").bytes());
    CHECK(bench.send("n3", std::vector(frames.begin(), frames.end() - 1)).size() == 3);
    CHECK(bench.send("internet", frames.back()).empty());
    CHECK(bench.ends() == Counts{{"nat.tcp_without_session", 2}, {"l4lb.no_such_port", 1}});
    CHECK(bench.sessions().total() == 2);
}

} // namespace sluice::test
