// Good packets with bytes changed at random. Nobody can say under which name each must die; that it dies or leaves
// under exactly one, that no mbuf is lost and no byte beyond it read, is what the law, the bench and the sanitizers
// say.
#include <random>

#include <catch2/catch.hpp>

#include "tests/scenario/hostile/death.hpp"
#include "tests/scenario/mutator.hpp"
#include "tests/scenario/stations.hpp"

namespace sluice::test {
namespace {

constexpr int rounds = 12'000;

struct Seed {
    std::string interface;
    Bytes frame;
};

std::vector<Seed> seeds_for(const Bench& bench)
{
    const Bytes quoted = Packet{}.ipv4("203.0.113.80", "192.0.2.9").tcp(443, 50'000, "A").payload(8).bytes();
    const auto v4 = [&] { return from_internet(bench).ipv4("192.0.2.9", "203.0.113.80"); };
    const auto v6 = [&] { return from_internet(bench).ipv6("2001:db8:5::9", "2001:db8:f::80"); };
    const auto inner = [&] { return from_machine(bench, "10.1.0.31"); };
    const auto phone = [&] { return from_phone(bench, "192.0.2.9"); };
    const Packet arp =
        Packet{}.ethernet("ff:ff:ff:ff:ff:ff", router_mac).arp_request(router_mac, "198.51.100.1", "198.51.100.77");
    return {
        {"internet", Packet(arp).bytes()},
        {"internet", v4().tcp(50'000, 443, "S").mss(1460).payload(64).bytes()},
        {"internet", v4().udp(50'000, 443).payload(64).bytes()},
        {"internet", v4().icmp_echo(8, 7, 1).payload(64).bytes()},
        {"internet", v4().icmp_error(3, 4, 1280, quoted).bytes()},
        {"internet", v4().fragment(64, true).payload(64).bytes()},
        {"internet", v6().tcp(50'000, 443, "S").mss(1440).bytes()},
        {"internet", v6().extension(0, Bytes(6)).extension(60, Bytes(14)).udp(50'000, 443).bytes()},
        {"internet", v6().fragment(0, true).udp(50'000, 443).payload(64).bytes()},
        {"internet", v6().ttl(255).nd_solicit("2001:db8:f::80", router_mac).bytes()},
        {"fabric", inner().ipv4("10.1.0.31", "192.0.2.9").tcp(8443, 50'000, "SA").mss(1410).bytes()},
        {"fabric", inner().ipv6("2001:db8:1::31", "2001:db8:5::9").tcp(8443, 50'000, "SA").bytes()},
        {"fabric", inner().arp_request("52:54:00:00:01:31", "10.1.0.31", "10.1.0.1").bytes()},
        {"fabric", inner()
                       .ipv6("2001:db8:1::31", "ff02::1:ff00:1")
                       .ttl(255)
                       .nd_solicit("2001:db8:1::1", "52:54:00:00:01:31")
                       .bytes()},
        {"n3", phone().tcp(40'000, 443, "S").mss(1460).bytes()},
        {"n3", phone().icmp_echo(8, 7, 1).payload(64).bytes()},
        {"n3", from_radio(bench)
                   .sequence(9)
                   .npdu(3)
                   .extension(0x85, Bytes{0x10, 5})
                   .ipv4("100.64.0.7", "192.0.2.9")
                   .udp(5353, 53)
                   .payload(64)
                   .bytes()},
        {"n3", Packet{}
                   .ethernet(bench.mac("n3"), radio_mac)
                   .vlan(310)
                   .ipv4("10.30.0.9", "10.30.0.1")
                   .udp(2152, 2152)
                   .gtpu_message(1)
                   .sequence(7)
                   .bytes()},
    };
}

} // namespace

TEST_CASE("packets with random bytes leave or die under one name each")
{
    const std::uint32_t seed = std::random_device{}();
    INFO("seed " << seed);
    Mutator mutator(seed);
    Bench bench(one_node);
    const std::vector<Seed> seeds = seeds_for(bench);
    for (const Seed& each : seeds) {
        INFO(to_hex(each.frame));
        (void)bench.send(each.interface, each.frame);
        CHECK(bench.ends().size() <= 1);
    }
    for (int round = 0; round < rounds; ++round) {
        const Seed& from = seeds[mutator.below(seeds.size())];
        const Bytes frame = mutator.mutate(from.frame);
        INFO(from.interface << " " << to_hex(frame));
        (void)bench.send(from.interface, frame, shapes[mutator.below(shapes.size())]);
        REQUIRE(bench.law().balanced());
        if (round % 1'000 == 0) (void)bench.wait(1.5); // those that wait for neighbours are given up
    }
}

} // namespace sluice::test
