// Direct services by the express lane and by the general way: the same frame whole and in small segments must give the
// same bytes, ends and counts.
#include <random>
#include <set>

#include <catch2/catch.hpp>

#include "tests/scenario/mutator.hpp"
#include "tests/scenario/stations.hpp"

namespace sluice::test {
namespace {

struct DirectCase {
    std::string name;
    std::string interface;
    Bytes frame;
    bool is_express; // what the lane takes
};

using Sent = std::vector<std::pair<std::string, std::string>>; // interface, bytes

Sent sent_of(Bench& bench, const DirectCase& of, Shape shape)
{
    Sent sent;
    for (const Left& left : bench.send(of.interface, of.frame, shape))
        sent.emplace_back(left.interface + (left.punted ? " (punted)" : ""), to_hex(left.frame));
    return sent;
}

// One packet of each kind, its session there and warm.
std::vector<DirectCase> direct_cases(Bench& bench)
{
    const auto client = [&](std::string_view vip) { return from_internet(bench).ipv4("192.0.2.9", vip); };
    const auto client6 = [&](std::string_view vip) { return from_internet(bench).ipv6("2001:db8:5::9", vip); };
    const auto machine = [&](std::string_view vip) { return from_machine(bench, "10.1.0.31").ipv4(vip, "192.0.2.9"); };
    static_cast<void>(bench.send("internet", client("203.0.113.80").tcp(50'000, 443, "S").bytes()));
    static_cast<void>(bench.send("internet", client("203.0.113.80").udp(50'001, 443).bytes()));
    static_cast<void>(bench.send("internet", client6("2001:db8:f::80").tcp(50'000, 443, "S").bytes()));
    return {
        {"with a session", "internet", client("203.0.113.80").tcp(50'000, 443, "A").payload(20).bytes(), true},
        {"with a session, UDP", "internet", client("203.0.113.80").udp(50'001, 443).payload(9).bytes(), true},
        {"with a session, IPv6", "internet", client6("2001:db8:f::80").tcp(50'000, 443, "A").bytes(), true},
        {"its answer", "fabric", machine("203.0.113.80").tcp(443, 50'000, "A").payload(300).bytes(), true},
        {"by the ring", "internet", client("203.0.113.82").tcp(50'000, 443, "A").payload(20).bytes(), true},
        {"by the ring, padded", "internet", client("203.0.113.82").tcp(1, 443, "A").pad_to(80).bytes(), true},
        {"by the ring, no checksum", "internet", client("203.0.113.82").udp(50'001, 443).checksum(0).bytes(), true},
        {"by the ring, all ones", "internet", client("203.0.113.82").tcp(2, 443, "A").checksum(0xFFFF).bytes(), true},
        {"by the ring, IPv6", "internet", client6("2001:db8:f::82").tcp(50'000, 443, "A").payload(5).bytes(), true},
        {"by the ring, too big", "internet", client("203.0.113.82").tcp(50'000, 443, "A").payload(1'420).bytes(),
         false},
        {"to no port of the ring", "internet", client("203.0.113.82").tcp(50'000, 80, "A").bytes(), false},
        {"answer to the ring", "fabric", machine("203.0.113.82").tcp(443, 50'000, "A").payload(300).bytes(), false},
    };
}

// All that counts these packets, as text.
std::string direct_counts(Bench& bench)
{
    std::string text;
    const auto write = [&text](std::initializer_list<std::uint64_t> numbers) {
        for (const std::uint64_t number : numbers)
            text += std::to_string(number) + " ";
    };
    const auto write_count = [&](const dataplane::TrafficCount& count) {
        write({count.rx_packets, count.rx_bytes, count.tx_packets, count.tx_bytes});
    };
    for (std::uint16_t i = 0; i < 3; ++i) {
        write_count(bench.traffic().interface(i));
        write_count(bench.traffic().network(i));
    }
    for (std::uint32_t i = 0; i < 8; ++i)
        write_count(bench.traffic().tunnel(i));
    const api::Services services = bench.services();
    for (const api::ServiceStats& service : services.services())
        for (const api::BackendStats& backend : service.backends())
            write({backend.flows(), backend.packets(), backend.bytes()});
    return text;
}

} // namespace

SCENARIO("the express lane sends to direct services what the general way sends, and counts it the same")
{
    Bench measure(direct_node());
    const std::size_t cases = direct_cases(measure).size();
    for (std::size_t i = 0; i < cases; ++i) {
        std::vector<std::string> books;
        for (const Shape shape : {Shape::whole, Shape::split}) {
            Bench bench(direct_node());
            const DirectCase of = direct_cases(bench)[i];
            INFO(of.name);
            static_cast<void>(sent_of(bench, of, Shape::split));
            const std::uint64_t before = bench.express_packets();
            CHECK(sent_of(bench, of, shape).size() == (of.name == "to no port of the ring" ? 0 : 1));
            CHECK(bench.express_packets() - before == (of.is_express && shape == Shape::whole ? 1 : 0));
            static_cast<void>(sent_of(bench, of, shape)); // and by what is remembered now
            books.push_back(direct_counts(bench));
        }
        CHECK(books[0] == books[1]);
    }
}

SCENARIO("both ways give the same bytes and ends to direct services, whatever the packet holds")
{
    const std::uint32_t seed = std::random_device{}();
    INFO("seed " << seed);
    Mutator mutator(seed);
    Bench bench(direct_node());
    const std::vector<DirectCase> cases = direct_cases(bench);
    for (int round = 0; round < 3'000; ++round) {
        DirectCase mutant = cases[mutator.below(cases.size())];
        if (round >= 100) mutant.frame = mutator.mutate(mutant.frame);
        INFO(mutant.name << " " << to_hex(mutant.frame));
        static_cast<void>(bench.wait(0.01));                     // so that no answer is withheld for coming too soon
        static_cast<void>(sent_of(bench, mutant, Shape::split)); // what it changes is changed
        static_cast<void>(bench.ends());
        std::vector<std::pair<Sent, std::map<std::string, std::uint64_t>>> both;
        for (const Shape shape : {Shape::split, Shape::whole}) {
            static_cast<void>(bench.wait(0.01));
            const Sent sent = sent_of(bench, mutant, shape);
            both.emplace_back(sent, bench.ends());
            if (bench.mbufs_kept() != 0) static_cast<void>(bench.wait(1.5)); // given up
            static_cast<void>(bench.ends());
        }
        REQUIRE(both[0] == both[1]);
    }
    CHECK(bench.express_packets() > 0);
}

// Of frames with their interfaces, in no order: what the general way sends leaves behind the lane's.
using SentOfMany = std::multiset<std::string>;

SentOfMany sent_of(Bench& bench, const std::string& interface, const std::vector<Bytes>& burst, bool together)
{
    SentOfMany sent;
    const auto add_all = [&sent](const std::vector<Left>& out) {
        for (const Left& left : out)
            sent.insert(left.interface + " " + to_hex(left.frame));
    };
    if (together) add_all(bench.send(interface, burst));
    for (std::size_t i = 0; i < burst.size() && !together; ++i)
        add_all(bench.send(interface, burst[i], Shape::split));
    static_cast<void>(bench.wait(0.1)); // so that no answer is withheld for coming too soon
    return sent;
}

// Trains of one to twelve packets of one flow, all received by one interface.
std::vector<Bytes> trains(const std::vector<DirectCase>& cases, const std::string& interface, std::mt19937& random)
{
    std::vector<Bytes> burst;
    while (burst.size() < burst_size) {
        const DirectCase& of = cases[random() % cases.size()];
        if (of.interface != interface) continue;
        burst.resize(std::min<std::size_t>(burst.size() + 1 + random() % 12, burst_size), of.frame);
    }
    return burst;
}

// What was found for the first of a train is taken for all of it. Bytes are compared within one bench, for each has a
// secret of its own, and counts between two.
SCENARIO("trains of packets to direct services end and are counted as their packets are one by one")
{
    Bench both(direct_node()), lane(direct_node()), general(direct_node());
    std::vector<DirectCase> cases;
    for (Bench* bench : {&both, &lane, &general}) {
        cases = direct_cases(*bench);
        for (const DirectCase& of : cases)
            static_cast<void>(sent_of(*bench, of, Shape::split));
    }
    std::mt19937 random(5);
    const std::uint64_t before = lane.express_packets();
    for (int round = 0; round < 40; ++round) {
        const std::string interface = round % 4 == 0 ? "fabric" : "internet";
        const std::vector<Bytes> burst = trains(cases, interface, random);
        INFO("round " << round);
        REQUIRE(sent_of(both, interface, burst, true) == sent_of(both, interface, burst, false));
        REQUIRE(sent_of(lane, interface, burst, true).size() == sent_of(general, interface, burst, false).size());
        REQUIRE(lane.ends() == general.ends());
        REQUIRE(direct_counts(lane) == direct_counts(general));
    }
    CHECK(lane.express_packets() - before > 30 * burst_size / 2);
}

SCENARIO("the express lane forgets a backend's way when the tables change")
{
    Bench bench(direct_node());
    const auto host_of = [&](unsigned port) {
        const auto out =
            bench.send("internet", from_internet(bench).ipv4("192.0.2.9", "203.0.113.82").tcp(port, 443, "A").bytes());
        REQUIRE(out.size() == 1);
        return decode(out[0].frame).text("ipv4.destination");
    };
    std::map<std::string, unsigned> hosts;
    for (unsigned port = 1'000; port < 1'064; ++port)
        ++hosts[host_of(port)];
    CHECK(hosts.size() == 2);
    std::string moved = direct_node();
    const std::string vtep = "vtep: 10.20.0.12";
    moved.replace(moved.find(vtep), vtep.size(), "vtep: 10.20.0.11");
    bench.configure(moved);
    for (unsigned port = 1'000; port < 1'064; ++port)
        CHECK(host_of(port) == "10.20.0.11");
    CHECK(bench.express_packets() == 128);
}

} // namespace sluice::test
