// First packets to services: a burst of whole frames begins its sessions on the express lane, the same frames in small
// segments begin them by the general way, one by one. Both must send the same bytes, end packets for the same reasons,
// count the same and leave the same sessions behind.
#include <random>

#include <catch2/catch.hpp>

#include "tests/scenario/mutator.hpp"
#include "tests/scenario/stations.hpp"

namespace sluice::test {
namespace {

constexpr unsigned first_port = 10'000;
constexpr double long_enough = 10'000; // for every session to end
constexpr const char* service = "203.0.113.80";
constexpr const char* eip = "198.51.100.77";
using Ends = std::map<std::string, std::uint64_t>;

using Texts = std::vector<std::string>;

struct Outcome {
    Texts left;
    Ends ends;
    Texts sessions;
    std::vector<std::uint64_t> counts;

    bool operator==(const Outcome&) const = default;
};

// Beside the two of one_node: packets unchanged to a machine of the shop; a backend on the internet's link, whose
// neighbour nobody knows; one that no route leads to; and one behind an EIP of the node, so that packets turn round,
// though the link has a neighbour with that address.
std::string world()
{
    std::string yaml = one_node;
    const std::string mtu = "net_tap0, mtu: 1500"; // the internet's: less than the tenant's from here on
    yaml.replace(yaml.find(mtu), mtu.size(), "net_tap0, mtu: 1420");
    yaml += R"(  - {interface: internet, address: 198.51.100.77, mac: "02:00:00:00:02:77"}
)";
    const std::string place = "services:\n";
    return yaml.insert(yaml.find(place) + place.size(), R"(  direct:
    address: 203.0.113.82
    ports: [443/tcp]
    network: shop
    forward: direct
    backends: [{address: 10.1.0.32}]
  unknown:
    address: 203.0.113.83
    ports: [80/tcp]
    network: public
    backends: [{address: 198.51.100.50, port: 8080}]
  lost:
    address: 203.0.113.84
    ports: [80/tcp]
    network: shop
    backends: [{address: 10.1.0.99, port: 8080}]
  round:
    address: 203.0.113.85
    ports: [80/tcp]
    network: public
    backends: [{address: 198.51.100.77, port: 8081}]
)");
}

Packet client(const Bench& bench, std::string_view to = service)
{
    return from_internet(bench).ipv4("192.0.2.7", to);
}

Packet client6(const Bench& bench)
{
    return from_internet(bench).ipv6("2001:db8:5::9", "2001:db8:f::80");
}

// One of each kind; `port` names the flow.
std::vector<Bytes> firsts(const Bench& bench, unsigned port)
{
    return {
        client(bench).tcp(port, 443, "S").bytes(),
        client(bench).tcp(port + 1, 443, "S").mss(1460).bytes(), // more than the tenant's network takes
        client(bench).tcp(port + 2, 443, "S").mss(1300).bytes(),
        client(bench).tcp(port + 3, 443, "SEC").mss(9000).payload(20).bytes(),
        client(bench).tcp(port + 4, 443, "A").payload(9).bytes(), // the session is another node's, or ended
        client(bench).tcp(port + 5, 443, "R").bytes(),
        client(bench).udp(port + 6, 443).payload(30).bytes(),
        client(bench).udp(port + 7, 443).checksum(0).payload(30).bytes(),
        client6(bench).tcp(port + 8, 443, "S").mss(1440).bytes(),
        client6(bench).tcp(port + 9, 443, "SA").bytes(),
        client(bench, "203.0.113.82").tcp(port + 10, 443, "S").mss(1460).bytes(),
        client(bench, "203.0.113.83").tcp(port + 11, 80, "S").mss(1460).bytes(),
        client(bench, "203.0.113.84").tcp(port + 12, 80, "S").bytes(),
        client(bench, "203.0.113.85").tcp(port + 19, 80, "S").mss(1460).bytes(),
        client(bench).tcp(port + 13, 443, "A").payload(1'440).bytes(), // too big for the tenant's network
        client(bench).tcp(port + 14, 25, "S").bytes(),                 // not served
        from_internet(bench).ipv4("192.0.2.7", service).ttl(1).tcp(port + 15, 443, "S").bytes(),
        from_internet(bench).ipv4(eip, service).tcp(port, 443, "S").bytes(), // so answers would be for the node
        from_internet(bench).ipv4("198.51.100.2", service).tcp(port + 16, 443, "S").bytes(), // claims to be the node
        from_internet(bench).ipv4("127.0.0.1", service).tcp(port + 17, 443, "S").bytes(),
        from_internet(bench).ipv4("192.0.2.9", "192.0.2.77").tcp(port + 18, 80, "S").bytes(), // passes through
    };
}

// What both backends would answer to the first of these, were it sent to them.
std::vector<Bytes> answers(const Bench& bench, unsigned port)
{
    std::vector<Bytes> frames;
    for (const char* backend : {"10.1.0.31", "10.1.0.32"})
        for (const char* to : {"192.0.2.7", eip})
            frames.push_back(from_machine(bench, backend).ipv4(backend, to).tcp(8443, port, "SA").bytes());
    return frames;
}

std::string text_of(const api::Session& session)
{
    api::Session copy = session;
    copy.clear_idle_s();
    copy.clear_expires_s();
    return copy.ShortDebugString();
}

std::vector<std::uint64_t> counted(Bench& bench)
{
    std::vector<std::uint64_t> all;
    const auto add = [&all](const dataplane::TrafficCount& count) {
        all.insert(all.end(), {count.rx_packets, count.rx_bytes, count.tx_packets, count.tx_bytes});
    };
    for (std::uint16_t i = 0; i < 3; ++i) {
        add(bench.traffic().interface(i));
        add(bench.traffic().network(i));
    }
    for (std::uint32_t i = 0; i < 8; ++i)
        add(bench.traffic().tunnel(i));
    return all;
}

// From a node without sessions back to one.
template<class Send>
Outcome outcome(Bench& bench, Send&& send)
{
    Outcome result;
    const std::vector<std::uint64_t> before = counted(bench);
    const auto add = [&result](const std::vector<Left>& out) {
        for (const Left& left : out)
            result.left.push_back((left.punted ? "punted " : "") + left.interface + " " + to_hex(left.frame));
    };
    add(send());
    for (const Bytes& frame : answers(bench, first_port))
        add(bench.send("fabric", frame, Shape::split));
    result.counts = counted(bench);
    for (std::size_t i = 0; i < before.size(); ++i)
        result.counts[i] -= before[i];
    result.ends = bench.ends();
    const api::Sessions sessions = bench.sessions();
    for (const api::Session& session : sessions.sessions())
        result.sessions.push_back(text_of(session));
    std::ranges::sort(result.sessions);
    static_cast<void>(bench.wait(long_enough)); // what waits for a neighbour is given up, too
    static_cast<void>(bench.ends());
    REQUIRE(bench.sessions().total() == 0);
    return result;
}

Outcome one_by_one(Bench& bench, const std::vector<Bytes>& frames)
{
    return outcome(bench, [&] {
        std::vector<Left> all;
        for (const Bytes& frame : frames)
            for (Left& left : bench.send("internet", frame, Shape::split))
                all.push_back(std::move(left));
        return all;
    });
}

Outcome together(Bench& bench, const std::vector<Bytes>& frames)
{
    return outcome(bench, [&] { return bench.send("internet", frames); });
}

} // namespace

TEST_CASE("first packets of every kind begin the same session by either way")
{
    Bench bench(world());
    for (const Bytes& frame : firsts(bench, first_port)) {
        INFO(to_hex(frame));
        const Outcome general = one_by_one(bench, {frame});
        const Outcome express = together(bench, {frame});
        CHECK(express.left == general.left);
        CHECK(express.ends == general.ends);
        CHECK(express.sessions == general.sessions);
        CHECK(express.counts == general.counts);
    }
}

TEST_CASE("a session for a service begins on the express lane")
{
    Bench bench(world());
    const std::vector<Bytes> all = firsts(bench, 20'000);
    const std::vector<Bytes> simple(all.begin(), all.begin() + 11);
    const std::uint64_t before = bench.express_packets();
    CHECK(bench.send("internet", simple).size() == simple.size());
    CHECK(bench.express_packets() - before == simple.size());
    CHECK(bench.sessions().total() == simple.size());
}

TEST_CASE("bursts of first packets, known ones and others in any order end as their packets do one by one")
{
    const std::uint32_t seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    Mutator mutator(seed);
    Bench bench(world());
    for (int round = 0; round < 150; ++round) {
        std::vector<Bytes> burst;
        while (burst.size() < burst_size) {
            // Few flows, so that most come more than once.
            const std::vector<Bytes> kinds = firsts(bench, first_port + 20 * static_cast<unsigned>(random() % 3));
            const Bytes& kind = kinds[random() % kinds.size()];
            for (auto train = random() % 3; train > 0 && burst.size() + 1 < burst_size; --train)
                burst.push_back(kind);
            burst.push_back(kind);
            if (random() % 8 == 0) burst.back() = mutator.mutate(burst.back());
            if (random() % 16 == 0) burst.back().resize(20 + random() % 40);
        }
        const Outcome general = one_by_one(bench, burst);
        const Outcome express = together(bench, burst);
        CHECK(express.ends == general.ends);
        CHECK(express.sessions == general.sessions);
        CHECK(express.counts == general.counts);
        std::vector<Texts> left{general.left, express.left};
        for (Texts& each : left) // answers that the node makes itself do not wait for the burst's end
            std::ranges::sort(each);
        CHECK(left[0] == left[1]);
    }
}

TEST_CASE("when a burst finds too few pairs, the first of its packets have them")
{
    Bench bench(world());
    constexpr unsigned ipv4_part = 3'000; // of 4k
    const auto sent = [&bench](const char* to, unsigned port, unsigned first, unsigned count) {
        std::size_t left = 0;
        for (unsigned i = 0; i < count; ++i)
            left += bench.send("internet", client(bench, to).tcp(first + i, port, "S").bytes()).size();
        return left;
    };
    // What was made ready and is not for the lane after all keeps no pair.
    for (int round = 0; round < 4; ++round) {
        static_cast<void>(sent("203.0.113.83", 80, 2'000, 1'000));
        static_cast<void>(bench.wait(long_enough));
    }
    static_cast<void>(bench.ends());
    CHECK(sent(service, 443, 2'000, ipv4_part - 20) == ipv4_part - 20);

    SECTION("all to a service")
    {
        std::vector<Bytes> frames;
        for (unsigned i = 0; i < 40; ++i)
            frames.push_back(client(bench).tcp(50'000 + i, 443, "S").sequence(i).bytes());
        const auto out = bench.send("internet", frames);
        REQUIRE(out.size() == 20);
        for (unsigned i = 0; i < out.size(); ++i)
            CHECK(decode(out[i].frame).number("tcp.sequence") == i);
        CHECK(bench.ends() == Ends{{"translate.table_full", 20}});
    }
    SECTION("first those that leave a network, which the lane does not begin")
    {
        std::vector<Bytes> frames;
        for (unsigned i = 0; i < 20; ++i)
            frames.push_back(
                from_machine(bench, "10.1.0.31").ipv4("10.1.0.31", "192.0.2.9").tcp(2'000 + i, 80, "S").bytes());
        for (unsigned i = 0; i < 20; ++i)
            frames.push_back(Packet()
                                 .ethernet(bench.mac("fabric"), host1_mac)
                                 .ipv4("192.0.2.7", service)
                                 .tcp(50'000 + i, 443, "S")
                                 .bytes());
        const auto out = bench.send("fabric", frames);
        REQUIRE(out.size() == 20);
        for (const Left& left : out)
            CHECK(left.interface == "internet");
        CHECK(bench.ends() == Ends{{"translate.table_full", 20}});
    }
    CHECK(bench.sessions().total() == ipv4_part);
}

TEST_CASE("when a burst finds too little of the cap, the first of its packets have it")
{
    std::string yaml = world();
    const std::string workers = "idle: sleep";
    Bench bench(yaml.replace(yaml.find(workers), workers.size(), workers + ", new-sessions: 100"));
    static_cast<void>(bench.wait(1));
    constexpr unsigned at_once = 11; // what a tenth of a second saves up and the one whose turn it is
    std::vector<Bytes> frames;
    std::size_t expected = 0;
    SECTION("each comes twice")
    {
        for (unsigned i = 0; i < 40; ++i)
            frames.push_back(client(bench).tcp(50'000 + i / 2, 443, "S").sequence(i).bytes());
        expected = std::size_t{2} * at_once;
    }
    SECTION("of both families")
    {
        for (unsigned i = 0; i < 40; ++i)
            frames.push_back(
                (i % 2 == 0 ? client6(bench) : client(bench)).tcp(50'000 + i, 443, "S").sequence(i).bytes());
        expected = at_once;
    }
    const auto out = bench.send("internet", frames);
    REQUIRE(out.size() == expected);
    for (unsigned i = 0; i < out.size(); ++i)
        CHECK(decode(out[i].frame).number("tcp.sequence") == i);
    CHECK(bench.ends() == Ends{{"translate.new_session_limit", frames.size() - expected}});
    CHECK(bench.sessions().total() == at_once);
}

} // namespace sluice::test
