// More routes than stay near: the express lane looks them up in steps, and must find what the general way finds.
#include <random>
#include <set>

#include <catch2/catch.hpp>

#include "tests/scenario/stations.hpp"
#include "tests/support/objects.hpp"

namespace sluice::test {
namespace {

constexpr unsigned providers4 = 20'000; // each second /24 behind 20.0.0.0/8
constexpr unsigned providers6 = 68;     // /40, in each of which all /48 have a route, or nearly
constexpr std::array routers4{"198.51.100.1", "198.51.100.7"};
constexpr std::array routers6{"2001:db8:f::1", "2001:db8:f::7"};

Ipv4Address destination4(unsigned provider, unsigned host)
{
    return Ipv4Address{0x14000000 + provider * 512 + host};
}

Ipv6Address destination6(unsigned provider, unsigned site, unsigned subnet)
{
    Ipv6Address address{};
    address.bytes = {0x20,
                     0x01,
                     0x0D,
                     0xBA,
                     static_cast<std::uint8_t>(provider),
                     static_cast<std::uint8_t>(site),
                     static_cast<std::uint8_t>(subnet)};
    address.bytes[15] = 9;
    return address;
}

// Without a default route of IPv6, and with a backend on the internet's link: what it sends from other ports is looked
// for among the sessions first.
std::string two_routers()
{
    std::string yaml = one_node;
    const std::string default6 = "  - {prefix: \"::/0\", via: \"2001:db8:f::1\"}\n";
    yaml.erase(yaml.find(default6), default6.size());
    const std::string services = "services:\n";
    yaml.insert(yaml.find(services) + services.size(), R"(  near:
    address: 203.0.113.81
    ports: [80/tcp]
    network: public
    backends: [{address: 198.51.100.50, port: 8080}]
)");
    return yaml + R"(  - {interface: internet, address: 198.51.100.7, mac: "02:00:00:00:02:07"}
  - {interface: internet, address: "2001:db8:f::7", mac: "02:00:00:00:02:07"}
)";
}

void learn_many(Bench& bench)
{
    std::mt19937 random(5);
    const unsigned internet = 1; // ports are numbered by name
    REQUIRE(bench.tables().interfaces.at(internet).name == "internet");
    api::RouteSet routes;
    const auto add = [&](const IpAddress& address, unsigned length) {
        const auto& via = address.is_v4() ? routers4 : routers6;
        add_learned(routes, Prefix{address, length}.masked().text(), via[random() % 2], internet);
    };
    for (unsigned i = 0; i < providers4; ++i) {
        add(destination4(i, 0), 24);
        if (i % 50 == 0) add(destination4(i, 64), 26);
        if (i % 70 == 0) add(destination4(i, 77), 32);
    }
    for (unsigned i = 0; i < providers6; ++i) {
        if (i % 3 == 0) add(destination6(i, 0, 0), 40); // what its gaps take
        for (unsigned site = 0; site < 256; ++site) {
            if (i % 2 == 0 && site % 9 == 0) continue;
            if (i % 5 == 0 && site > 40) continue;
            add(destination6(i, site, 0), 48);
            if (site % 64 == 1) add(destination6(i, site, 0x40), 56);
        }
    }
    bench.learn(routes);
    REQUIRE(!bench.tables().routes.is_small());
}

Bytes from_anywhere(Bench& bench, std::mt19937& random)
{
    const auto below = [&random](unsigned bound) { return static_cast<unsigned>(random() % bound); };
    if (below(2) == 0) {
        const std::string to = destination4(below(providers4 + 9), below(512)).text();
        return from_internet(bench).ipv4(below(4) == 0 ? "198.51.100.50" : "192.0.2.9", to).udp(3, 4).bytes();
    }
    const std::string to = destination6(below(providers6 + 4), below(256), below(128)).text();
    return from_internet(bench).ipv6("2001:db8:5::9", to).udp(5, 6).bytes();
}

struct Seen {
    std::vector<std::pair<std::string, Bytes>> left;
    std::map<std::string, std::uint64_t> ends;

    void add(const std::vector<Left>& out)
    {
        for (const Left& each : out)
            left.emplace_back(each.interface, each.frame);
    }
    [[nodiscard]] std::uint64_t dropped() const
    {
        std::uint64_t sum = 0;
        for (const auto& [name, count] : ends)
            sum += count;
        return sum;
    }
    bool operator==(const Seen&) const = default;
};

// All in one burst, where what has a way may go by the express lane; then each alone by the general way.
std::pair<Seen, Seen> both_ways(Bench& bench, const std::string& interface, const std::vector<Bytes>& frames)
{
    Seen together;
    together.add(bench.send(interface, frames));
    together.ends = bench.ends();
    Seen alone;
    for (const Bytes& frame : frames)
        alone.add(bench.send(interface, frame, Shape::split));
    alone.ends = bench.ends();
    static_cast<void>(bench.wait(0.2)); // so that there may be as many ICMP errors again
    return {together, alone};
}

} // namespace

SCENARIO("with more routes than stay near both ways find the same")
{
    Bench bench(two_routers());
    learn_many(bench);
    std::mt19937 random(6);
    std::uint64_t sent = 0;
    std::uint64_t lost = 0;
    std::set<std::string> routers;
    for (unsigned burst = 0; burst < 400; ++burst) {
        std::vector<Bytes> frames;
        for (unsigned i = 0; i < burst_size; ++i)
            frames.push_back(from_anywhere(bench, random));
        const auto [together, alone] = both_ways(bench, "internet", frames);
        REQUIRE(together == alone);
        sent += frames.size() - alone.dropped();
        lost += alone.dropped(); // ICMP errors without a way back, too
        for (const auto& [interface, frame] : alone.left)
            routers.insert(to_hex(ByteSpan(frame).first(6)));
    }
    CHECK(routers.size() == 2);
    CHECK(bench.express_packets() > sent * 9 / 10);
    CHECK(sent > 15'000);
    CHECK(lost > 2'000);
}

SCENARIO("beside a network of many routes a small one goes by its own")
{
    Bench bench(two_routers());
    learn_many(bench);
    std::vector<Bytes> frames;
    for (unsigned i = 0; i < burst_size; ++i)
        frames.push_back(from_machine(bench, "10.1.0.31")
                             .ipv4("10.1.0.31", i % 4 == 0 ? "10.1.0.77" : "10.1.0.32")
                             .udp(1, 2)
                             .bytes());
    const auto [together, alone] = both_ways(bench, "fabric", frames);
    CHECK(together == alone);
    CHECK(bench.express_packets() == burst_size / 4 * 3);
}

} // namespace sluice::test
