// What ageing a million sessions costs. Hidden: `table-test "[bench]"` prints the figures of the READMEs. Slices in
// which the thread was switched out are left aside; what a hypervisor takes away cannot be told apart, so the share of
// slices above the limit stands beside the longest.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <numeric>
#include <vector>

#include <rte_cycles.h>

#include "tests/unit/table/ageing_world.hpp"

namespace sluice {
namespace {

constexpr std::uint32_t million = 1'000'000;

struct Slices {
    std::vector<std::uint64_t> cycles;
    std::uint64_t preempted = 0;
};

std::uint64_t preemptions()
{
    std::ifstream file("/proc/thread-self/status");
    std::uint64_t sum = 0;
    for (std::string line; std::getline(file, line);)
        if (line.find("ctxt_switches") != std::string::npos) sum += std::stoull(line.substr(line.find(':') + 1));
    return sum;
}

// All that is due until then, in steps of 10 ms.
Slices walk(test::AgeingWorld& world, double seconds)
{
    Slices result;
    const std::uint64_t end = world.now + static_cast<std::uint64_t>(seconds * world.hz);
    while (world.now < end) {
        world.now += world.hz / 100;
        for (bool more = true; more;) {
            const std::uint64_t switches = preemptions();
            const std::uint64_t begun = rte_rdtsc();
            more = world.ageing.run(world.now, world.tables);
            const std::uint64_t taken = rte_rdtsc() - begun;
            if (preemptions() != switches)
                ++result.preempted;
            else
                result.cycles.push_back(taken);
        }
    }
    return result;
}

void print(const char* what, Slices slices, double sessions)
{
    std::vector<std::uint64_t>& cycles = slices.cycles;
    std::sort(cycles.begin(), cycles.end());
    const double sum = static_cast<double>(std::accumulate(cycles.begin(), cycles.end(), std::uint64_t{0}));
    const auto microseconds = [&](double share) {
        const auto index = static_cast<std::size_t>(share * static_cast<double>(cycles.size() - 1));
        return static_cast<double>(cycles[index]) / (static_cast<double>(test::AgeingWorld::hz) / 1e6);
    };
    std::printf("%-32s %6.1f cycles/session; %zu slices of %.1f us, 99 %% within %.1f, 99.9 %% within %.1f, "
                "longest %.1f; %llu more preempted\n",
                what, sum / sessions, cycles.size(), microseconds(0.5), microseconds(0.99), microseconds(0.999),
                microseconds(1), static_cast<unsigned long long>(slices.preempted));
}

} // namespace

TEST_CASE("ageing a million sessions", "[.][bench]")
{
    test::AgeingWorld world(million * 2);
    for (std::uint32_t i = 0; i < million; ++i) {
        const std::uint32_t entry = world.begin(i, 6);
        REQUIRE(entry != table::none);
        world.v4().entry(entry).saw_tcp(0x12);
    }
    walk(world, 2);
    print("idle for less than any time-out", walk(world, 50), 10.0 * million);
    world.now += 300 * world.hz;
    walk(world, 10);
    print("idle TCP, both directions read", walk(world, 50), 10.0 * million);
    CHECK(world.v4().size() == million);
    world.now += 8'000 * world.hz;
    print("ended and released", walk(world, 30), million);
    CHECK(world.v4().size() == 0);
}

} // namespace sluice
