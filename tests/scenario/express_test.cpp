// The express lane and the general way hold each other: a frame in one segment may go by the first, the same frame in
// small segments never does. Both must give the same bytes, the same ends and the same counts.
#include <random>

#include <catch2/catch.hpp>

#include "pipelines/gateway.hpp"
#include "tests/scenario/mutator.hpp"
#include "tests/scenario/stations.hpp"
#include "tests/support/decode.hpp"

namespace sluice::test {
namespace {

constexpr int rounds = 6'000;

struct Case {
    std::string name;
    std::string interface;
    Bytes frame;
};

struct Result {
    std::vector<std::pair<std::string, std::string>> left; // interface, bytes
    std::vector<std::pair<std::string, std::string>> punted;
    std::map<std::string, std::uint64_t> ends;

    bool operator==(const Result&) const = default;
};

// Those that wait for a neighbour are given up.
void give_up_held(Bench& bench)
{
    if (bench.mbufs_kept() != 0) static_cast<void>(bench.wait(1.5));
    static_cast<void>(bench.ends());
}

// What leaves in its order, then what is punted in its own: the kernel's queue does not wait for the burst's end.
void add_all(Result& result, const std::vector<Left>& out)
{
    for (const Left& left : out)
        (left.punted ? result.punted : result.left).emplace_back(left.interface, to_hex(left.frame));
}

Result outcome(Bench& bench, const Case& of, Shape shape)
{
    Result result;
    add_all(result, bench.send(of.interface, of.frame, shape));
    result.ends = bench.ends();
    give_up_held(bench);
    return result;
}

Result sent_one_by_one(Bench& bench, const std::string& interface, const std::vector<Bytes>& frames)
{
    Result result;
    for (const Bytes& frame : frames)
        add_all(result, bench.send(interface, frame, Shape::split));
    result.ends = bench.ends();
    return result;
}

Result sent_together(Bench& bench, const std::string& interface, const std::vector<Bytes>& frames)
{
    Result result;
    add_all(result, bench.send(interface, frames));
    result.ends = bench.ends();
    return result;
}

// Opens a flow and gives what comes out as its first answer's addressee: source address and port.
std::pair<std::string, unsigned> open_flow(Bench& bench, const std::string& interface, const Bytes& syn)
{
    const auto out = bench.send(interface, syn);
    REQUIRE(out.size() == 1);
    const Decoded got = decode(out[0].frame);
    const std::string family = got.layers.back().name == "udp" ? "udp" : "tcp";
    return {got.text("ipv4.source", innermost), static_cast<unsigned>(got.number(family + ".source"))};
}

// One packet of each kind that the express lane takes, its session there and warm.
std::vector<Case> established(Bench& bench)
{
    const auto phone = [&](std::string_view to) { return from_phone(bench, to); };
    const auto [web, web_port] = open_flow(bench, "n3", phone("192.0.2.9").tcp(40'000, 80, "S").bytes());
    const auto [dns, dns_port] = open_flow(bench, "n3", phone("192.0.2.9").udp(40'001, 53).bytes());
    const auto out = bench.send("n3", phone("203.0.113.80").tcp(40'002, 443, "S").bytes());
    REQUIRE(out.size() == 1);
    const Decoded order = decode(out[0].frame);
    const std::string backend = order.text("ipv4.destination", innermost);
    const std::string customer = order.text("ipv4.source", innermost);
    const auto port = static_cast<unsigned>(order.number("tcp.source"));
    static_cast<void>(bench.send(
        "internet", from_internet(bench).ipv6("2001:db8:5::9", "2001:db8:f::80").tcp(50'000, 443, "S").bytes()));
    static_cast<void>(
        bench.send("internet", from_internet(bench).ipv4("192.0.2.7", "203.0.113.80").udp(50'001, 443).bytes()));

    const auto radio = [&] { return from_radio(bench).extension(0x85, Bytes{0x10, 5}); };
    return {
        {"phone to the internet", "n3", phone("192.0.2.9").tcp(40'000, 80, "AP").payload(100).bytes()},
        {"the same from 5G", "n3", radio().ipv4("100.64.0.7", "192.0.2.9").tcp(40'000, 80, "A").payload(9).bytes()},
        {"phone asks a name", "n3", phone("192.0.2.9").udp(40'001, 53).payload(33).bytes()},
        {"without a checksum", "n3", phone("192.0.2.9").udp(40'001, 53).checksum(0).payload(33).bytes()},
        {"internet to the phone", "internet",
         from_internet(bench).ipv4("192.0.2.9", web).tcp(80, web_port, "A").payload(200).bytes()},
        {"padded", "internet", from_internet(bench).ipv4("192.0.2.9", web).tcp(80, web_port, "A").pad_to(64).bytes()},
        {"a name for the phone", "internet", from_internet(bench).ipv4("192.0.2.9", dns).udp(53, dns_port).bytes()},
        {"phone to the service", "n3", phone("203.0.113.80").tcp(40'002, 443, "A").payload(77).bytes()},
        {"backend to the phone", "fabric",
         from_machine(bench, backend).ipv4(backend, customer).tcp(8443, port, "A").payload(700).bytes()},
        {"internet to the service", "internet",
         from_internet(bench).ipv4("192.0.2.7", "203.0.113.80").udp(50'001, 443).payload(20).bytes()},
        {"internet to the service, IPv6", "internet",
         from_internet(bench).ipv6("2001:db8:5::9", "2001:db8:f::80").tcp(50'000, 443, "A").payload(20).bytes()},
        {"backend to the internet, IPv6", "fabric",
         from_machine(bench, "10.1.0.31").ipv6("2001:db8:1::31", "2001:db8:5::9").tcp(8443, 50'000, "A").bytes()},
        {"routed", "internet", from_internet(bench).ipv4("192.0.2.9", "192.0.2.77").udp(1, 2).payload(5).bytes()},
        {"routed, IPv6", "internet",
         from_internet(bench).ipv6("2001:db8:5::9", "2001:db8:7::9").tcp(1, 2, "A").payload(5).bytes()},
        {"machine to machine", "fabric",
         from_machine(bench, "10.1.0.31").ipv4("10.1.0.31", "10.1.0.32").tcp(1, 2, "A").bytes()},
    };
}

// Everything that counts a packet, as text. Tunnels together: which backend a phone gets is each node's own luck.
std::string counts(Bench& bench)
{
    std::string text;
    const auto write = [&text](const dataplane::TrafficCount& count) {
        for (const std::uint64_t number : {count.rx_packets, count.rx_bytes, count.tx_packets, count.tx_bytes})
            text += std::to_string(number) + " ";
    };
    for (std::uint16_t i = 0; i < 3; ++i) {
        write(bench.traffic().interface(i));
        write(bench.traffic().network(i));
    }
    dataplane::TrafficCount tunnels;
    for (std::uint32_t i = 0; i < 8; ++i) {
        const dataplane::TrafficCount one = bench.traffic().tunnel(i);
        tunnels.rx_packets += one.rx_packets;
        tunnels.rx_bytes += one.rx_bytes;
        tunnels.tx_packets += one.tx_packets;
        tunnels.tx_bytes += one.tx_bytes;
    }
    write(tunnels);
    const api::Sessions sessions = bench.sessions();
    for (const api::Session& session : sessions.sessions()) {
        write({session.packets_forward(), session.bytes_forward(), session.packets_reverse(), session.bytes_reverse()});
        text += session.state() + " ";
    }
    return text;
}

// A service more, whose backend is a machine on the internet's link.
std::string with_public_backend(std::string yaml)
{
    const std::string place = "services:\n";
    return yaml.insert(yaml.find(place) + place.size(), R"(  near:
    address: 203.0.113.81
    ports: [80/tcp]
    network: public
    backends: [{address: 198.51.100.50, port: 8080}]
)");
}

} // namespace

TEST_CASE("the express lane takes what needs no decision, and does what the general way does")
{
    // Two nodes with the same traffic but for the shape of one frame: their books must be the same afterwards. Ports
    // and hashes differ between nodes, so bytes are compared on one.
    for (std::size_t i = 0; i < 15; ++i) {
        std::vector<std::string> books;
        for (const Shape shape : {Shape::whole, Shape::split}) {
            Bench bench(one_node);
            const std::vector<Case> cases = established(bench);
            REQUIRE(cases.size() == 15);
            const Case& of = cases[i];
            INFO(of.name);
            for (int warm = 0; warm < 2; ++warm)
                CHECK(outcome(bench, of, Shape::split).left.size() == 1);
            const std::uint64_t before = bench.express_packets();
            CHECK(outcome(bench, of, shape).left.size() == 1);
            CHECK(bench.express_packets() - before == (shape == Shape::whole ? 1 : 0));
            books.push_back(counts(bench));
        }
        CHECK(books[0] == books[1]);
    }
}

TEST_CASE("both ways make the same bytes of a packet")
{
    Bench bench(one_node);
    for (const Case& of : established(bench)) {
        INFO(of.name);
        static_cast<void>(outcome(bench, of, Shape::split));
        const Result general = outcome(bench, of, Shape::split);
        const Result express = outcome(bench, of, Shape::whole);
        CHECK(general.left.size() == 1);
        CHECK(general.left == express.left);
        CHECK(general.ends == express.ends);
    }
}

TEST_CASE("both ways end the same for packets with random bytes")
{
    const std::uint32_t seed = std::random_device{}();
    INFO("seed " << seed);
    Mutator mutator(seed);
    Bench bench(one_node);
    const std::vector<Case> cases = established(bench);
    for (int round = 0; round < rounds; ++round) {
        const Case& from = cases[mutator.below(cases.size())];
        const Case mutant{from.name, from.interface, mutator.mutate(from.frame)};
        INFO(mutant.name << " " << to_hex(mutant.frame));
        static_cast<void>(bench.wait(0.01));                     // so that no answer is withheld for coming too soon
        static_cast<void>(outcome(bench, mutant, Shape::split)); // what it changes is changed
        static_cast<void>(bench.wait(0.01));
        const Result general = outcome(bench, mutant, Shape::split);
        static_cast<void>(bench.wait(0.01));
        const Result express = outcome(bench, mutant, Shape::whole);
        REQUIRE(general.left == express.left);
        REQUIRE(general.ends == express.ends);
    }
    CHECK(bench.express_packets() > 0);
}

TEST_CASE("a backend in the public network answers as the service, by either way, and is routed otherwise")
{
    Bench bench(with_public_backend(one_node));
    bench.learn("internet", "198.51.100.50", "02:00:00:00:02:50");
    const auto client = [&] { return from_internet(bench).ipv4("192.0.2.9", "203.0.113.81"); };
    const auto backend = [&](std::string_view to) { return from_internet(bench).ipv4("198.51.100.50", to); };
    REQUIRE(bench.send("internet", client().tcp(50'000, 80, "S").bytes()).size() == 1);
    static_cast<void>(bench.send("internet", backend("192.0.2.9").tcp(8080, 50'000, "SA").bytes()));
    for (const Shape shape : {Shape::split, Shape::whole, Shape::split, Shape::whole}) {
        const std::uint64_t before = bench.express_packets();
        const auto there = bench.send("internet", client().tcp(50'000, 80, "A").bytes(), shape);
        REQUIRE(there.size() == 1);
        CHECK(decode(there[0].frame).text("ipv4.destination") == "198.51.100.50");
        const auto back = bench.send("internet", backend("192.0.2.9").tcp(8080, 50'000, "A").bytes(), shape);
        REQUIRE(back.size() == 1);
        CHECK(decode(back[0].frame).text("ipv4.source") == "203.0.113.81");
        CHECK(decode(back[0].frame).number("tcp.source") == 80);
        CHECK(bench.express_packets() - before == (shape == Shape::whole ? 2 : 0));
        // What another address of the same network sends needs no session.
        const std::uint64_t routed = bench.express_packets();
        CHECK(bench.send("internet", from_internet(bench).ipv4("192.0.2.10", "192.0.2.77").udp(1, 2).bytes()).size() ==
              1);
        CHECK(bench.express_packets() - routed == 1);
    }
}

TEST_CASE("what goes by the routes alone and has none is refused like by the general way")
{
    Bench bench(one_node);
    const Case lost{"to nowhere", "fabric",
                    from_machine(bench, "10.1.0.31").ipv6("2001:db8:81::31", "2001:db8:5::9").udp(1, 2).bytes()};
    const Result general = outcome(bench, lost, Shape::split);
    const Result express = outcome(bench, lost, Shape::whole);
    REQUIRE(general.ends.size() == 1);
    CHECK(general.ends.begin()->first == "route.no_route");
    CHECK(general == express);
}

TEST_CASE("after a change of routes a session finds its new way on the lane, as by the general way")
{
    for (const Shape shape : {Shape::whole, Shape::split}) {
        Bench bench(one_node);
        const std::vector<Case> cases = established(bench);
        const Case& of = cases[0]; // phone to the internet
        static_cast<void>(outcome(bench, of, Shape::split));
        REQUIRE(outcome(bench, of, shape).left.size() == 1);
        const std::string route = "  - {prefix: 0.0.0.0/0, via: 198.51.100.1}\n";
        std::string moved = one_node;
        moved.replace(moved.find(route), route.size(), "  - {prefix: 0.0.0.0/0, via: 198.51.100.7}\n");
        bench.configure(moved + "  - {interface: internet, address: 198.51.100.7, mac: \"02:00:00:00:02:99\"}\n");
        for (int i = 0; i < 2; ++i) {
            const std::uint64_t before = bench.express_packets();
            const Result after = outcome(bench, of, shape);
            REQUIRE(after.left.size() == 1);
            CHECK(after.left[0].second.substr(0, 12) == "020000000299");
            CHECK(bench.express_packets() - before == (shape == Shape::whole ? 1 : 0));
        }
        std::string nowhere = one_node;
        nowhere.erase(nowhere.find(route), route.size());
        bench.configure(nowhere);
        const Result lost = outcome(bench, of, shape);
        REQUIRE(lost.ends.size() == 1);
        CHECK(lost.ends.begin()->first == "route.no_route");
    }
}

// Another tag, or one where none belongs; or another's MAC address.
void change_link(Bytes& frame, std::mt19937& random)
{
    constexpr std::size_t tag_at = 12;
    constexpr std::array<std::array<std::uint8_t, 4>, 3> tags{
        {{0x81, 0, 0x60, 0}, {0x81, 0, 0x01, 0x36}, {0x81, 0, 0, 9}}};
    if (random() % 4 == 0) {
        frame[5] ^= 0x40;
    } else if (frame[tag_at] == 0x81 && random() % 2 == 0) {
        frame[tag_at + 2] ^= 0xA0; // priority only
    } else {
        const auto& tag = tags[random() % tags.size()];
        frame.insert(frame.begin() + tag_at, tag.begin(), tag.end());
    }
}

TEST_CASE("a full burst of all kinds ends as its frames do one by one")
{
    Bench bench(one_node);
    const std::vector<Case> cases = established(bench);
    for (const Case& of : cases)
        static_cast<void>(outcome(bench, of, Shape::split));
    std::mt19937 random(64);
    for (int round = 0; round < 60; ++round) {
        const std::string interface = std::array{"n3", "internet", "fabric"}.at(static_cast<std::size_t>(round) % 3);
        std::vector<Bytes> burst;
        while (burst.size() < burst_size) {
            const Case& of = cases[random() % cases.size()];
            if (of.interface != interface) continue;
            burst.push_back(of.frame);
            if (random() % 8 == 0) burst.back().resize(20 + random() % 40); // cut short: for the general way
            if (random() % 8 == 0) change_link(burst.back(), random);
        }
        const Result one_by_one = sent_one_by_one(bench, interface, burst);
        const std::uint64_t before = bench.express_packets();
        const Result together = sent_together(bench, interface, burst);
        CHECK(together == one_by_one);
        CHECK(bench.express_packets() - before == together.left.size());
    }
}

// Trains of one to twelve packets of one flow, each a few of its TCP flags beside the usual ones.
std::vector<Bytes> trains(const std::vector<Case>& cases, const std::string& interface, std::mt19937& random)
{
    std::vector<Bytes> burst;
    while (burst.size() < burst_size) {
        const Case& of = cases[random() % cases.size()];
        if (of.interface != interface) continue;
        const std::size_t end = std::min<std::size_t>(burst.size() + 1 + random() % 12, burst_size);
        while (burst.size() < end) {
            burst.push_back(of.frame);
            const Decoded packet = decode(of.frame);
            constexpr std::size_t flags_at = 13;
            constexpr std::array<std::uint8_t, 4> flags{0x01, 0x04, 0x08, 0x20}; // FIN, RST, PSH, URG
            if (packet.has("tcp") && random() % 8 == 0)
                burst.back()[packet.layer("tcp").offset + flags_at] |= flags[random() % flags.size()];
        }
    }
    return burst;
}

// What was found for the first of a train is taken for all of it; what each of them alone says must be seen all the
// same.
TEST_CASE("trains of packets leave the same books by either way")
{
    std::vector<std::string> books;
    std::vector<std::uint64_t> express;
    for (const bool whole : {true, false}) {
        Bench bench(one_node);
        const std::vector<Case> cases = established(bench);
        for (const Case& of : cases)
            static_cast<void>(outcome(bench, of, Shape::split));
        const std::uint64_t before = bench.express_packets();
        std::mt19937 random(12);
        std::string all;
        for (int round = 0; round < 30; ++round) {
            const std::string interface =
                std::array{"n3", "internet", "fabric"}.at(static_cast<std::size_t>(round) % 3);
            const std::vector<Bytes> burst = trains(cases, interface, random);
            const Result result =
                whole ? sent_together(bench, interface, burst) : sent_one_by_one(bench, interface, burst);
            all += std::to_string(result.left.size()) + ": " + counts(bench) + "\n";
        }
        books.push_back(all);
        express.push_back(bench.express_packets() - before);
    }
    CHECK(books[0] == books[1]);
    CHECK(express[0] > 30 * burst_size * 3 / 4);
    CHECK(express[1] == 0);
}

// A packet out of VXLAN is counted for who sent it, also where it has the flow of a phone's packet right before it.
TEST_CASE("a packet out of VXLAN does not follow one out of GTP-U")
{
    std::string yaml = one_node;
    const std::string phones = "  phones:\n";
    yaml.insert(yaml.find(phones) + phones.size(), "    vni: 5002\n");
    std::vector<std::string> books;
    for (const bool whole : {true, false}) {
        Bench bench(yaml);
        const Bytes phone = from_phone(bench, "192.0.2.9").udp(40'001, 53).payload(33).bytes();
        const Bytes machine =
            from_machine(bench, "10.1.0.31", 5002).ipv4("100.64.0.7", "192.0.2.9").udp(40'001, 53).payload(33).bytes();
        static_cast<void>(open_flow(bench, "n3", phone));
        const std::vector<Bytes> burst{phone, phone, machine, machine, phone, machine};
        const Result result = whole ? sent_together(bench, "n3", burst) : sent_one_by_one(bench, "n3", burst);
        CHECK(result.left.size() == burst.size());
        books.push_back(counts(bench));
    }
    CHECK(books[0] == books[1]);
}

// A right checksum for the IPv4 header, if it is one of twenty bytes, in which a byte of a good frame was changed.
void seal(Bytes& changed, const Bytes& good, std::size_t at)
{
    constexpr std::size_t length = 20;
    for (std::size_t begin = at < length ? 0 : at - length + 1; begin <= at && begin + length <= good.size(); ++begin) {
        if (good[begin] != 0x45 || reference_checksum(ByteSpan(good).subspan(begin, length)) != 0) continue;
        write_number(changed, begin + 10, 2, 0);
        write_number(changed, begin + 10, 2, reference_checksum(ByteSpan(changed).subspan(begin, length)));
    }
}

// The lane looks at several packets at once: what is wrong with one says nothing of those beside it.
TEST_CASE("each bit of the headers, changed in one packet among good ones, ends it as it does alone")
{
    constexpr std::size_t beside = 7;
    constexpr std::size_t headers = 60;
    Bench bench(one_node);
    const std::vector<Case> cases = established(bench);
    for (const Case& of : cases) {
        INFO(of.name);
        static_cast<void>(outcome(bench, of, Shape::split));
        for (std::size_t change = 0; change < 2 * 8 * std::min(headers, of.frame.size()); ++change) {
            const std::size_t bit = change / 2;
            INFO("bit " << bit << (change % 2 == 0 ? "" : ", with a checksum that says so"));
            std::vector<Bytes> burst(beside + 1, of.frame);
            Bytes& changed = burst[bit % burst.size()];
            changed[bit / 8] ^= static_cast<std::uint8_t>(0x80 >> bit % 8);
            if (change % 2 != 0) seal(changed, of.frame, bit / 8);
            const Result alone = sent_one_by_one(bench, of.interface, burst);
            give_up_held(bench);
            const Result together = sent_together(bench, of.interface, burst);
            give_up_held(bench);
            CHECK(together == alone);
        }
    }
}

TEST_CASE("a burst leaves in the order it came in, whichever way its packets go")
{
    Bench bench(one_node);
    const std::vector<Case> cases = established(bench);
    static_cast<void>(bench.send("n3", cases[0].frame));
    std::vector<Bytes> burst;
    for (unsigned i = 0; i < 40; ++i) {
        // Every third has a flag that the session has not seen: for the general way.
        Packet packet = from_phone(bench, "192.0.2.9").tcp(40'000, 80, i % 3 == 0 ? "AU" : "A").sequence(i);
        burst.push_back(packet.payload(10).bytes());
    }
    const auto out = bench.send("n3", burst);
    REQUIRE(out.size() == 40);
    for (unsigned i = 0; i < 40; ++i)
        CHECK(decode(out[i].frame).number("tcp.sequence") == i);
}

} // namespace sluice::test
