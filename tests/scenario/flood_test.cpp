// A flood of new flows: the cap of workers.new-sessions leaves what is established alone.
#include <random>

#include <catch2/catch.hpp>

#include "tests/scenario/bench.hpp"
#include "tests/scenario/mutator.hpp"
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

struct Opening {
    std::string name;
    std::string interface;
    Bytes frame;
};

// What may begin a session, and what may not though it looks like it.
std::vector<Opening> openings_of(const Bench& bench)
{
    std::vector<Opening> all;
    for (const char* to : {"192.0.2.9", "203.0.113.80", "203.0.113.64", "198.51.100.77", "198.51.100.2", "10.30.0.1",
                           "10.1.0.31", "100.64.0.9"}) {
        for (const char* flags : {"S", "SA", "SF"}) {
            all.push_back({"phone", "n3", from_phone(bench, to).tcp(40'000, 443, flags).bytes()});
            all.push_back(
                {"client", "internet", from_internet(bench).ipv4("192.0.2.7", to).tcp(40'000, 443, flags).bytes()});
            all.push_back({"machine", "fabric",
                           from_machine(bench, "10.1.0.31").ipv4("10.1.0.31", to).tcp(40'000, 443, flags).bytes()});
        }
        all.push_back({"phone, UDP", "n3", from_phone(bench, to).udp(40'000, 53).bytes()});
        all.push_back({"client, UDP", "internet", from_internet(bench).ipv4("192.0.2.7", to).udp(40'000, 443).bytes()});
        all.push_back({"machine, UDP", "fabric",
                       from_machine(bench, "10.1.0.31").ipv4("10.1.0.31", to).udp(40'000, 443).bytes()});
    }
    for (const char* to : {"2001:db8:f::80", "2001:db8:7::9", "2001:db8:f::2"})
        for (const char* flags : {"S", "A"})
            all.push_back({"client, IPv6", "internet",
                           from_internet(bench).ipv6("2001:db8:5::9", to).tcp(40'000, 443, flags).bytes()});
    return all;
}

// How a frame ended, and what counted it.
struct Ended {
    std::map<std::string, std::uint64_t> ends;
    std::vector<std::uint64_t> counts;
};

std::vector<std::uint64_t> received(Bench& bench)
{
    std::vector<std::uint64_t> counts;
    const auto add = [&counts](const dataplane::TrafficCount& count) {
        counts.push_back(count.rx_packets);
        counts.push_back(count.rx_bytes);
    };
    for (std::uint16_t i = 0; i < 3; ++i) {
        add(bench.traffic().interface(i));
        add(bench.traffic().network(i));
    }
    for (std::uint32_t i = 0; i < 8; ++i)
        add(bench.traffic().tunnel(i));
    return counts;
}

// Of one session per second.
void spend_cap(Bench& bench)
{
    const unsigned fresh = 1'000 + static_cast<unsigned>(bench.sessions().total());
    REQUIRE(bench.send("internet", from_client(bench, fresh, "S")).size() == 1);
}

Ended ended(Bench& bench, const std::string& interface, const Bytes& frame, Shape shape)
{
    Ended result;
    const std::vector<std::uint64_t> before = received(bench);
    static_cast<void>(bench.send(interface, frame, shape));
    result.counts = received(bench);
    for (std::size_t i = 0; i < before.size(); ++i)
        result.counts[i] -= before[i];
    result.ends = bench.ends();
    if (bench.mbufs_kept() != 0) {
        static_cast<void>(bench.wait(1.5)); // those that wait for a neighbour are given up
        spend_cap(bench);
    }
    static_cast<void>(bench.ends());
    return result;
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

TEST_CASE("what a worker has saved up it does not begin at once without bound")
{
    Bench bench(capped("100000"));
    bench.wait(1);
    std::size_t begun = 0;
    for (unsigned port = 2'000; port < 2'000 + 10 * burst_size; port += burst_size) {
        std::vector<Bytes> frames;
        for (unsigned i = 0; i < burst_size; ++i)
            frames.push_back(from_client(bench, port + i, "S"));
        begun += bench.send("internet", frames).size();
    }
    CHECK(begun == 513); // and the one whose turn it is
    CHECK(bench.ends() == std::map<std::string, std::uint64_t>{{"translate.new_session_limit", 640 - 513}});
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

TEST_CASE("while the cap is spent a flood's packets die on the express lane")
{
    Bench bench(capped("1"));
    REQUIRE(bench.send("internet", from_client(bench, 999, "S")).size() == 1);
    for (const Shape shape : {Shape::split, Shape::whole}) {
        Bytes padded = from_client(bench, 1'000, "S");
        const std::size_t real = padded.size();
        padded.resize(real + 6);
        CHECK(bench.send("internet", padded, shape).empty());
        CHECK(bench.ends() == std::map<std::string, std::uint64_t>{{"translate.new_session_limit", 1}});
        // Which way it went is seen by its record: the general way cuts off what follows an IP packet.
        CHECK(bench.last_drops().back().length == (shape == Shape::whole ? padded.size() : real));
    }
}

TEST_CASE("while the cap is spent both ways end the same for first packets")
{
    const std::uint32_t seed = std::random_device{}();
    INFO("seed " << seed);
    Mutator mutator(seed);
    Bench bench(capped("1"));
    spend_cap(bench);
    const std::vector<Opening> openings = openings_of(bench);
    std::uint64_t refused = 0;
    for (int round = 0; round < 4'000; ++round) {
        const Opening& from = openings[mutator.below(openings.size())];
        const Bytes frame = round % 4 == 0 ? from.frame : mutator.mutate(from.frame);
        INFO(from.name << " " << to_hex(frame));
        const Ended general = ended(bench, from.interface, frame, Shape::split);
        const Ended express = ended(bench, from.interface, frame, Shape::whole);
        REQUIRE(general.ends == express.ends);
        REQUIRE(general.counts == express.counts);
        refused += express.ends.contains("translate.new_session_limit") ? 1 : 0;
    }
    CHECK(refused > 200);
}

TEST_CASE("a packet whose session began before it in its burst is not refused")
{
    Bench bench(capped("1"));
    std::vector<Bytes> frames;
    for (const unsigned port : {1'000U, 1'000U, 1'001U, 1'000U})
        frames.push_back(from_phone(bench, "192.0.2.9").udp(port, 53).bytes());
    CHECK(bench.send("n3", frames).size() == 3);
    CHECK(bench.ends() == std::map<std::string, std::uint64_t>{{"translate.new_session_limit", 1}});
}

TEST_CASE("without a cap nothing is refused")
{
    Bench bench(one_node);
    for (unsigned port = 2'000; port < 2'300; ++port)
        REQUIRE(bench.send("internet", from_client(bench, port, "S")).size() == 1);
}

} // namespace sluice::test
