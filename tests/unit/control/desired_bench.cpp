// What routes at scale cost this process. Hidden: `control-test "[bench]"` prints the figures of the README.
#include <catch2/catch.hpp>

#include <cstdio>
#include <ctime>

#include "control/desired/learned_routes.hpp"
#include "tests/unit/control/mirrored.hpp"
#include "tests/unit/control/world.hpp"

namespace sluice::control {
namespace {

constexpr std::uint32_t ipv4_routes = 1'000'000;
constexpr std::uint32_t ipv6_routes = 200'000;

// Of the processor: a busy machine takes longer and does no more.
double milliseconds_since(std::clock_t start)
{
    return static_cast<double>(std::clock() - start) * 1000 / CLOCKS_PER_SEC;
}

RouteKey key_of(std::uint32_t i)
{
    if (i < ipv4_routes) return {std::uint64_t{0x14000000 + (i << 8)} << 32, 0, 24, false};
    return {0x2001'0db8'0000'0000 + (std::uint64_t{i} << 8), 0, 56, true};
}

// Messages as FRR makes the kernel write them.
void tell(test::Mirrored& world, const char* gateway)
{
    for (std::uint32_t i = 0; i < ipv4_routes + ipv6_routes; ++i)
        world.tell(test::via(test::route(key_of(i).prefix().text().c_str(), 20), 3, gateway));
}

// Everything that is due, as the reconciler takes it.
std::size_t drain(LearnedRoutes& routes)
{
    std::size_t all = 0;
    for (;;) {
        api::Transaction transaction;
        const std::size_t count = routes.fill(transaction, api::routes_per_message);
        if (count == 0) return all;
        all += count;
        CHECK_FALSE(transaction.SerializeAsString().empty());
        routes.committed();
    }
}

} // namespace

TEST_CASE("a million routes in this process", "[.][bench]")
{
    test::Mirrored world;
    const config::Config config = test::load(test::gateway_yaml);
    LearnedRoutes routes;
    routes.set_interfaces(Interfaces(config));
    for (const char* gateway : {"10.20.0.1", "10.20.0.2"}) {
        std::printf("1,000,000 IPv4 and 200,000 IPv6 routes via %s\n", gateway);
        std::clock_t start = std::clock();
        tell(world, gateway);
        std::printf("  messages made and mirrored  %6.0f ms\n", milliseconds_since(start));
        start = std::clock();
        const KernelUpdate update = world.mirror.take();
        std::printf("  changes taken               %6.0f ms\n", milliseconds_since(start));
        start = std::clock();
        routes.apply(update);
        std::printf("  desired routes              %6.0f ms\n", milliseconds_since(start));
        start = std::clock();
        CHECK(drain(routes) == ipv4_routes + ipv6_routes);
        std::printf("  messages to the dataplane   %6.0f ms\n", milliseconds_since(start));
    }
    std::printf("desired and programmed: %zu MB\n", routes.bytes_used() >> 20);
}

TEST_CASE("one route where there are a million", "[.][bench]")
{
    test::Mirrored world;
    const config::Config config = test::load(test::gateway_yaml);
    LearnedRoutes routes;
    routes.set_interfaces(Interfaces(config));
    tell(world, "10.20.0.1");
    routes.apply(world.mirror.take());
    CHECK(drain(routes) == ipv4_routes + ipv6_routes);
    const std::clock_t start = std::clock();
    constexpr int rounds = 1'000;
    for (int i = 0; i < rounds; ++i) {
        world.tell(test::via(test::route("20.0.0.0/24", 20), 3, i % 2 == 0 ? "10.20.0.2" : "10.20.0.1"));
        routes.apply(world.mirror.take());
        CHECK(drain(routes) == 1);
    }
    std::printf("one change: %.1f us\n", milliseconds_since(start) * 1000 / rounds);
}

} // namespace sluice::control
