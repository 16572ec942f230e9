// What a transaction costs in a node that holds much already. Hidden: `table-test "[bench]"` prints the README's
// figures.
#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include "tests/unit/table/programming.hpp"

namespace sluice::table {
namespace {

using namespace sluice::test;
using UpdateClock = std::chrono::steady_clock;

constexpr unsigned tunnel_count = 100'000;
constexpr unsigned vtep_count = 1'000;
constexpr unsigned service_count = 1'000;
constexpr unsigned backends_each = 10;
constexpr int repetitions = 15;

std::string address(std::uint32_t base, std::uint32_t number)
{
    return Ipv4Address{base + number}.text();
}

api::Object bench_route(unsigned number, std::string_view gateway)
{
    return route_via(0, address(0x20000000, number << 8) + "/24", gateway);
}

api::Object bench_service(unsigned number, unsigned weight)
{
    api::Object object = service(number, address(0xC6336400, number), 443, 1, {});
    for (unsigned i = 0; i < backends_each; ++i) {
        api::Backend& backend = *object.mutable_service()->add_backends();
        backend.set_id(number * backends_each + i);
        backend.set_address(packed(address(0x0A400000, number * backends_each + i)));
        backend.set_port(8080);
        backend.set_weight(i == 0 ? weight : 100);
    }
    return object;
}

// Towards machines on `vtep_count` hosts, all behind one neighbour.
api::Object bench_tunnel(unsigned number)
{
    return route_vxlan(1, address(0x0A800000, number) + "/32", address(0x0AC80000, number % vtep_count), 4097);
}

double milliseconds_of(Programming& at, const std::vector<api::Object>& upsert)
{
    const auto start = UpdateClock::now();
    REQUIRE(at.put(upsert) == "");
    return std::chrono::duration<double, std::milli>(UpdateClock::now() - start).count();
}

// The median of transactions that each change something.
template<class Change>
void tell(const char* what, Programming& at, Change&& change)
{
    std::vector<double> times;
    for (int i = 0; i < repetitions; ++i)
        times.push_back(milliseconds_of(at, {change(i)}));
    std::sort(times.begin(), times.end());
    std::printf("  %-22s %9.3f ms (least %.3f)\n", what, times[times.size() / 2], times.front());
}

void measure(unsigned routes)
{
    Limits limits;
    limits.tunnels = tunnel_count;
    limits.routes = routes + tunnel_count + 16;
    Programming at(limits);
    REQUIRE(at.put({settings(), network(1, 4097), route_via(0, "0.0.0.0/0", "10.0.0.254"),
                    neighbor("10.0.0.254", "52:54:00:00:00:fe"), neighbor("10.0.0.253", "52:54:00:00:00:fd")}) == "");
    std::vector<api::Object> objects;
    for (unsigned i = 0; i < routes; ++i)
        objects.push_back(bench_route(i, "10.0.0.254"));
    std::printf("%u routes, %u tunnels, %u services\n", routes, tunnel_count, service_count);
    std::printf("  %-22s %9.0f ms\n", "all routes", milliseconds_of(at, objects));
    objects.clear();
    for (unsigned i = 0; i < tunnel_count; ++i)
        objects.push_back(bench_tunnel(i));
    std::printf("  %-22s %9.0f ms\n", "all tunnels", milliseconds_of(at, objects));
    objects.clear();
    for (unsigned i = 0; i < service_count; ++i)
        objects.push_back(bench_service(i, 100));
    std::printf("  %-22s %9.0f ms\n", "all services", milliseconds_of(at, objects));

    tell("one route", at, [](int i) { return bench_route(7, i % 2 == 0 ? "10.0.0.253" : "10.0.0.254"); });
    tell("one tunnel's route", at,
         [](int i) { return route_vxlan(1, "10.128.0.9/32", address(0x0AC80000, static_cast<unsigned>(i)), 4097); });
    tell("one backend's weight", at, [](int i) { return bench_service(7, 101 + static_cast<unsigned>(i)); });
    tell("a new neighbour", at,
         [](int i) { return neighbor(address(0x0A000001, static_cast<unsigned>(i)), "52:54:00:00:00:01"); });
    tell("every tunnel's neighbour", at,
         [](int i) { return neighbor("10.0.0.254", i % 2 == 0 ? "52:54:00:00:01:fe" : "52:54:00:00:00:fe"); });
}

} // namespace

TEST_CASE("a transaction where much is programmed", "[.][bench][update]")
{
    measure(100'000);
    measure(1'000'000);
}

} // namespace sluice::table
