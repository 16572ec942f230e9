// What a lookup and a change of routes cost, beside DPDK's own tables in the same run. Hidden: `table-test "[bench]"`
// prints the figures of the README. Large pages for DPDK's tables too, if any are free.
#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <numeric>
#include <random>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_fib.h>
#include <rte_fib6.h>

#include "dataplane/table/route_table.hpp"

namespace sluice::table {
namespace {

using Clock = std::chrono::steady_clock;
using Bytes6 = std::array<std::uint8_t, 16>;

constexpr std::size_t burst = 64;
constexpr unsigned windows = 31;

double seconds_since(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

bool start_eal()
{
    static const bool started = [] {
        for (const char* memory : {"--in-memory", "--no-huge"}) {
            std::vector<const char*> words{
                "bench",         memory, "-m", "1800", "--no-pci", "--no-telemetry", "--file-prefix=fib-bench",
                "--log-level=1", "-l",   "0"};
            if (rte_eal_init(static_cast<int>(words.size()), const_cast<char**>(words.data())) >= 0) {
                std::printf("EAL memory: %s\n", memory);
                return true;
            }
        }
        return false;
    }();
    return started;
}

// Cycles per address: the least of the windows, each over all addresses in bursts.
template<class Address, class Lookup>
double cycles(std::vector<Address>& addresses, Lookup lookup)
{
    double least = 1e9;
    for (unsigned window = 0; window < windows; ++window) {
        const std::size_t count = std::min<std::size_t>(addresses.size(), 1U << 18);
        const std::size_t at = addresses.size() == count ? 0 : window % 4 * count;
        const std::size_t repeat = std::max<std::size_t>(1, (1U << 16) / count);
        const std::uint64_t start = rte_rdtsc();
        for (std::size_t again = 0; again < repeat; ++again)
            for (std::size_t i = at; i + burst <= at + count; i += burst)
                lookup(&addresses[i]);
        const auto took = static_cast<double>(rte_rdtsc() - start);
        least = std::min(least, took / static_cast<double>(count / burst * burst * repeat));
    }
    return least;
}

volatile std::uint64_t sink;

std::vector<std::uint32_t> random_routes4(std::size_t count)
{
    std::mt19937 random(1);
    std::vector<std::uint32_t> all(1U << 24);
    std::iota(all.begin(), all.end(), 0U);
    std::shuffle(all.begin(), all.end(), random);
    all.resize(count);
    for (std::uint32_t& address : all)
        address <<= 8;
    return all;
}

// /48 of 2000::/4, below 4096 /32s of equal size.
std::vector<Bytes6> random_routes6(std::size_t count)
{
    std::mt19937_64 random(2);
    std::vector<Bytes6> all(count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto provider = static_cast<std::uint32_t>(random() % 4096 * 0x9E3779B1U);
        const std::uint32_t site = static_cast<std::uint32_t>(random()) & 0xFFFF;
        all[i] = {static_cast<std::uint8_t>(0x20 | (provider >> 24 & 0xF)),
                  static_cast<std::uint8_t>(provider >> 16),
                  static_cast<std::uint8_t>(provider >> 8),
                  static_cast<std::uint8_t>(provider),
                  static_cast<std::uint8_t>(site >> 8),
                  static_cast<std::uint8_t>(site)};
    }
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    std::shuffle(all.begin(), all.end(), random);
    return all;
}

double ours4(const PrefixMap& map, std::vector<std::uint32_t>& addresses)
{
    return cycles(addresses, [&](const std::uint32_t* address) {
        for (std::size_t i = 0; i < burst; ++i)
            map.prefetch4(0, address[i]);
        std::array<std::uint32_t, burst> found;
        for (std::size_t i = 0; i < burst; ++i)
            found[i] = map.find4(0, address[i]);
        sink = found[0] + found[burst - 1];
    });
}

double ours6(const PrefixMap& map, std::vector<Bytes6>& addresses)
{
    return cycles(addresses, [&](const Bytes6* address) {
        for (std::size_t i = 0; i < burst; ++i)
            map.prefetch6(0, address[i].data());
        std::array<std::uint32_t, burst> found;
        if (map.is_small()) {
            for (std::size_t i = 0; i < burst; ++i)
                found[i] = map.find6(0, address[i].data());
        } else { // as the express lane does
            for (std::size_t i = 0; i < burst; ++i)
                found[i] = map.begin6(0, address[i].data());
            for (std::size_t i = 0; i < burst; ++i)
                found[i] = map.go_on6(0, found[i], address[i].data());
            for (std::size_t i = 0; i < burst; ++i)
                found[i] = map.end6(0, found[i], address[i].data());
        }
        sink = found[0] + found[burst - 1];
    });
}

double theirs4(rte_fib* fib, std::vector<std::uint32_t>& addresses)
{
    return cycles(addresses, [&](std::uint32_t* address) {
        std::array<std::uint64_t, burst> found;
        rte_fib_lookup_bulk(fib, address, found.data(), burst);
        sink = found[0] + found[burst - 1];
    });
}

double theirs6(rte_fib6* fib, std::vector<Bytes6>& addresses)
{
    return cycles(addresses, [&](Bytes6* address) {
        std::array<std::uint64_t, burst> found;
        rte_fib6_lookup_bulk(fib, reinterpret_cast<std::uint8_t(*)[16]>(address), found.data(), burst);
        sink = found[0] + found[burst - 1];
    });
}

rte_fib* make_rte_fib(const std::vector<std::uint32_t>& routes)
{
    rte_fib_conf conf{};
    conf.type = RTE_FIB_DIR24_8;
    conf.max_routes = static_cast<int>(routes.size() * 2);
    conf.dir24_8.nh_sz = RTE_FIB_DIR24_8_4B;
    conf.dir24_8.num_tbl8 = 256;
    rte_fib* fib = rte_fib_create("v4", 0, &conf);
    REQUIRE(fib != nullptr);
    for (std::size_t i = 0; i < routes.size(); ++i)
        REQUIRE(rte_fib_add(fib, routes[i], 24, i + 1) == 0);
    return fib;
}

rte_fib6* make_rte_fib6(const std::vector<Bytes6>& routes, std::uint32_t nodes)
{
    rte_fib6_conf conf{};
    conf.type = RTE_FIB6_TRIE;
    conf.max_routes = static_cast<int>(routes.size() * 2);
    conf.trie.nh_sz = RTE_FIB6_TRIE_4B;
    conf.trie.num_tbl8 = nodes;
    rte_fib6* fib = rte_fib6_create("v6", 0, &conf);
    if (fib == nullptr) return nullptr;
    for (std::size_t i = 0; i < routes.size(); ++i)
        REQUIRE(rte_fib6_add(fib, routes[i].data(), 48, i + 1) == 0);
    return fib;
}

void bench4(std::size_t count)
{
    std::vector<std::uint32_t> addresses = random_routes4(count);
    RouteTable routes;
    for (std::size_t i = 0; i < count; ++i)
        routes.put(0, {Ipv4Address{addresses[i]}, 24}, static_cast<std::uint32_t>(i));
    const PrefixMap map = routes.build();
    routes.commit();
    rte_fib* fib = make_rte_fib(addresses);
    for (std::size_t i = 0; i < count; ++i)
        REQUIRE(map.find4(0, addresses[i] + 7) == i);
    std::shuffle(addresses.begin(), addresses.end(), std::mt19937(3));
    double ours = 1e9, theirs = 1e9;
    for (int round = 0; round < 3; ++round) {
        ours = std::min(ours, ours4(map, addresses));
        theirs = std::min(theirs, theirs4(fib, addresses));
    }
    std::printf("IPv4 %8zu routes: ours %5.1f  rte_fib %5.1f cycles; %.1f bytes a route\n", count, ours, theirs,
                static_cast<double>(routes.bytes_used()) / static_cast<double>(count));
    rte_fib_free(fib);
}

void bench6(std::size_t count)
{
    std::vector<Bytes6> addresses = random_routes6(count);
    RouteTable routes;
    for (std::size_t i = 0; i < addresses.size(); ++i)
        routes.put(0, {Ipv6Address{addresses[i]}, 48}, static_cast<std::uint32_t>(i));
    const PrefixMap map = routes.build();
    routes.commit();
    rte_fib6* fib = make_rte_fib6(addresses, 1'200'000);
    for (std::size_t i = 0; i < addresses.size(); ++i)
        REQUIRE(map.find6(0, addresses[i].data()) == i);
    std::shuffle(addresses.begin(), addresses.end(), std::mt19937(3));
    double ours = 1e9, theirs = 1e9;
    for (int round = 0; round < 3; ++round) {
        ours = std::min(ours, ours6(map, addresses));
        if (fib != nullptr) theirs = std::min(theirs, theirs6(fib, addresses));
    }
    std::printf("IPv6 %8zu routes: ours %5.1f  rte_fib6 %5.1f cycles; %.1f bytes a route\n", addresses.size(), ours,
                fib == nullptr ? 0 : theirs,
                static_cast<double>(routes.bytes_used()) / static_cast<double>(addresses.size()));
    if (fib != nullptr) rte_fib6_free(fib);
}

} // namespace

TEST_CASE("looking routes up, beside rte_fib", "[.][bench]")
{
    REQUIRE(start_eal());
    for (const std::size_t count : {1'000U, 64'000U, 1'000'000U})
        bench4(count);
    for (const std::size_t count : {1'000U, 64'000U, 1'000'000U})
        bench6(count);
}

TEST_CASE("changing routes while a million are there", "[.][bench]")
{
    const std::vector<std::uint32_t> addresses = random_routes4(1'000'000);
    RouteTable routes;
    Clock::time_point start = Clock::now();
    PrefixMap map;
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        routes.put(0, {Ipv4Address{addresses[i]}, 24}, static_cast<std::uint32_t>(i % 64));
        if ((i + 1) % 10'000 != 0) continue;
        map = routes.build();
        routes.commit();
    }
    std::printf("a million in batches of 10,000: %.2f s\n", seconds_since(start));
    for (const std::size_t changes : {1U, 100U, 10'000U}) {
        double least = 1e9;
        for (std::size_t round = 0; round < 20; ++round) {
            start = Clock::now();
            for (std::size_t i = 0; i < changes; ++i)
                routes.put(0, {Ipv4Address{addresses[(round * changes + i) * 7919 % addresses.size()]}, 24},
                           static_cast<std::uint32_t>(100 + round));
            map = routes.build();
            routes.commit();
            least = std::min(least, seconds_since(start));
        }
        std::printf("%zu replaced in one transaction: %.3f ms\n", changes, least * 1e3);
    }
}

} // namespace sluice::table
