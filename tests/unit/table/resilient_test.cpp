// Groups that lose and gain members: whose flows move, and how many.
#include <catch2/catch.hpp>

#include <algorithm>
#include <map>

#include "dataplane/base/mix.hpp"
#include "dataplane/table/build/resilient.hpp"
#include "tests/unit/table/programming.hpp"

namespace sluice::table {
namespace {

using namespace sluice::test;

constexpr int flows = 100'000;

// The gateway of each flow to 192.0.2.0/24.
std::vector<std::string> ways(const Snapshot& tables)
{
    const Target target = tables.routes.find4(0, 0xC0000201);
    std::vector<std::string> all;
    for (int flow = 0; flow < flows; ++flow) {
        const std::uint32_t hop = tables.pick(target, mix64(static_cast<std::uint64_t>(flow)));
        all.push_back(tables.adjacencies.at(tables.hops.at(hop).index).gateway.text());
    }
    return all;
}

api::Object route_over(const std::vector<std::pair<std::string, unsigned>>& gateways)
{
    api::Object object = route(0, "192.0.2.0/24");
    for (const auto& [gateway, weight] : gateways) {
        api::NextHop& hop = *object.mutable_route()->add_hops();
        hop.set_gateway(packed(gateway));
        hop.set_weight(weight);
    }
    return object;
}

std::vector<std::string> ways_over(Programming& at, const std::vector<std::pair<std::string, unsigned>>& gateways)
{
    REQUIRE(at.put({route_over(gateways)}) == "");
    return ways(*at.tables);
}

std::size_t moved(const std::vector<std::string>& before, const std::vector<std::string>& after)
{
    std::size_t count = 0;
    for (int flow = 0; flow < flows; ++flow)
        count += before[static_cast<std::size_t>(flow)] != after[static_cast<std::size_t>(flow)] ? 1 : 0;
    return count;
}

double share(const std::vector<std::string>& ways, const std::string& gateway)
{
    return static_cast<double>(std::count(ways.begin(), ways.end(), gateway)) / flows;
}

using Gateways = std::vector<std::pair<std::string, unsigned>>;

} // namespace

TEST_CASE("a member that goes moves its own flows and no others, and they come back to it")
{
    Programming at;
    const Gateways four{{"10.0.0.1", 1}, {"10.0.0.2", 1}, {"10.0.0.3", 1}, {"10.0.0.4", 1}};
    const auto before = ways_over(at, four);
    for (std::size_t lost = 0; lost < four.size(); ++lost) {
        Gateways three = four;
        three.erase(three.begin() + static_cast<std::ptrdiff_t>(lost));
        const auto after = ways_over(at, three);
        const std::string& gone = four[lost].first;
        CHECK(share(before, gone) == Approx(0.25).margin(0.045));
        CHECK(moved(before, after) == static_cast<std::size_t>(std::count(before.begin(), before.end(), gone)));
        for (const auto& [gateway, weight] : three)
            CHECK(share(after, gateway) == Approx(1.0 / 3).margin(0.05));
        CHECK(moved(before, ways_over(at, four)) == 0);
    }
}

TEST_CASE("a member that comes takes its share, and moves nothing between the others")
{
    Programming at;
    const auto before = ways_over(at, {{"10.0.0.1", 1}, {"10.0.0.2", 1}, {"10.0.0.3", 1}});
    const auto after = ways_over(at, {{"10.0.0.9", 1}, {"10.0.0.1", 1}, {"10.0.0.2", 1}, {"10.0.0.3", 1}});
    CHECK(moved(before, after) == static_cast<std::size_t>(std::count(after.begin(), after.end(), "10.0.0.9")));
    CHECK(share(after, "10.0.0.9") == Approx(0.25).margin(0.045));
}

TEST_CASE("a weight that grows takes from the others and gives to nobody else")
{
    Programming at;
    const auto before = ways_over(at, {{"10.0.0.1", 2}, {"10.0.0.2", 3}, {"10.0.0.3", 3}});
    const auto after = ways_over(at, {{"10.0.0.1", 4}, {"10.0.0.2", 3}, {"10.0.0.3", 3}});
    for (std::size_t flow = 0; flow < flows; ++flow)
        if (before[flow] != after[flow]) REQUIRE(after[flow] == "10.0.0.1");
    CHECK(share(before, "10.0.0.1") == Approx(0.25).margin(0.045));
    CHECK(share(after, "10.0.0.1") == Approx(0.4).margin(0.05));
}

TEST_CASE("flows choose alike on every node, whatever was there before and however hops are numbered")
{
    Programming one;
    Programming other;
    REQUIRE(other.put({route_via(0, "10.9.0.0/16", "10.0.0.4"), route_via(0, "10.8.0.0/16", "10.0.0.2", 1)}) == "");
    const Gateways gateways{{"10.0.0.1", 1}, {"10.0.0.2", 2}, {"10.0.0.4", 1}};
    const Gateways backwards(gateways.rbegin(), gateways.rend());
    (void)ways_over(other, {{"10.0.0.7", 1}, {"10.0.0.1", 1}});
    CHECK(moved(ways_over(one, gateways), ways_over(other, backwards)) == 0);
}

TEST_CASE("every slot has a member, and without members there is none")
{
    CHECK(resilient_slots({}).empty());
    std::vector<Member> members;
    for (std::uint32_t hop = 0; hop < 64; ++hop)
        members.push_back({hop, mix64(hop + 1), 1});
    std::map<std::uint32_t, unsigned> slots;
    for (const std::uint32_t hop : resilient_slots(members))
        ++slots[hop];
    CHECK(slots.size() == 64); // 16 each by expectation
    Programming at;
    REQUIRE(at.put({route(0, "192.0.2.0/24")}) == "");
    const Target target = at.tables->routes.find4(0, 0xC0000201);
    CHECK_FALSE(is_one_hop(target));
    CHECK(at.tables->pick(target, 12345) == none);
}

} // namespace sluice::table
