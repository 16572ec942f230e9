// What a round costs when the kernel has many routes. Hidden: `control-test "[bench]"` prints the figures of the
// README.
#include <catch2/catch.hpp>

#include <chrono>
#include <cstdio>

#include "control/delta.hpp"
#include "tests/unit/control/world.hpp"

namespace sluice::control {
namespace {

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point start)
{
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

} // namespace

TEST_CASE("a round with 100,000 routes of the kernel", "[.][bench]")
{
    test::Wanting node(test::gateway_yaml);
    for (std::uint32_t i = 0; i < 100'000; ++i)
        node.kernel.routes.push_back(
            {{IpAddress(Ipv4Address{0x14000000 + (i << 8)}), 24}, {{"edge", IpAddress::parse("198.51.100.9"), 1}}});
    Clock::time_point start = Clock::now();
    node.program();
    std::printf("desired state           %6.0f ms\n", milliseconds_since(start));
    start = Clock::now();
    const api::Transaction none = delta(node.programmed, node.programmed);
    std::printf("difference, none        %6.0f ms\n", milliseconds_since(start));
    CHECK(is_empty(none));
    start = Clock::now();
    const api::Transaction all = delta({}, node.programmed);
    std::printf("difference, all of it   %6.0f ms\n", milliseconds_since(start));
    CHECK(all.upsert_size() > 100'000);
}

} // namespace sluice::control
