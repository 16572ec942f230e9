// What the program costs per frame. Hidden: `steering-test "[bench]"` prints the figures of the README. The kernel
// repeats the program on one frame, in one core's caches; what the NIC's driver adds is not in it.
#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <random>

#include <x86intrin.h>

#include "tests/unit/steering/site.hpp"

namespace sluice::test {
namespace {

using namespace site;

constexpr unsigned repeats = 1'000'000;
constexpr int rounds = 9;

double cycles_per_nanosecond()
{
    using Clock = std::chrono::steady_clock;
    const auto start = Clock::now();
    const auto first = __rdtsc();
    while (Clock::now() - start < std::chrono::milliseconds(100)) {
    }
    const auto cycles = static_cast<double>(__rdtsc() - first);
    return cycles / static_cast<double>(std::chrono::nanoseconds(Clock::now() - start).count());
}

void add_services(Loaded& loaded, unsigned count)
{
    std::mt19937 random(1);
    for (unsigned i = 0; i < count; ++i) {
        const Ipv4Address address{static_cast<std::uint32_t>(0x0A000000U | (random() & 0xFFFFFFU))};
        REQUIRE(loaded.maps.set({address, 32}, steering::Owner::gateway));
    }
}

void measure(const char* what, const Loaded& loaded, const Packet& packet)
{
    static const double rate = cycles_per_nanosecond();
    unsigned least = loaded.cost(packet.bytes(), repeats);
    for (int round = 1; round < rounds; ++round)
        least = std::min(least, loaded.cost(packet.bytes(), repeats));
    std::printf("| %s | %u | %.0f |\n", what, least, least * rate);
}

} // namespace

TEST_CASE("cycles per frame of the XDP program", "[.][bench]")
{
    Loaded loaded;
    set_up(loaded, Tunnels::over4);
    std::printf("| frame | ns | cycles |\n");
    for (const unsigned services : {0U, 10'000U}) {
        add_services(loaded, services);
        std::printf("%u more services:\n", services);
        measure("neither IP nor ARP, passed", loaded, Packet{}.ethernet().payload(46));
        measure("TCP to the kernel, passed", loaded, Packet{}.ethernet().ipv4(peer4, kernel4).tcp(1, 22, "A"));
        measure("VXLAN, to the socket", loaded, Packet{}.ethernet().ipv4(peer4, kernel4).udp(1, 4789).vxlan(1));
        measure("TCP to a service, to the socket", loaded, Packet{}.ethernet().ipv4(peer4, service4).tcp(1, 443, "A"));
        measure("the same, IPv6", loaded, Packet{}.ethernet().ipv6(peer6, service6).tcp(1, 443, "A"));
        measure("TCP to the kernel, IPv6, passed", loaded, Packet{}.ethernet().ipv6(peer6, kernel6).tcp(1, 22, "A"));
        measure("a VLAN of ours, to the socket", loaded, Packet{}.ethernet().vlan(our_vlan).payload(46));
    }
}

} // namespace sluice::test
