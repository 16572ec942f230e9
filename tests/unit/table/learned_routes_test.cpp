// Learned routes in transactions: kept or taken back as a whole, second to a Route of the same prefix, read in pieces.
#include <catch2/catch.hpp>

#include <cstdio>
#include <ctime>

#include "tests/unit/table/programming.hpp"

namespace sluice::table {
namespace {

using namespace sluice::test;

class Learning : public Programming {
public:
    using Programming::Programming;

    std::string learn(const std::vector<std::pair<std::string, std::string>>& routes,
                      const std::vector<std::string>& gone = {})
    {
        api::Transaction all = transaction({});
        for (const auto& [prefix, gateway] : routes)
            add_learned(*all.mutable_upsert_routes(), prefix, gateway);
        for (const std::string& prefix : gone)
            api::append(*all.mutable_remove_routes(), RouteKey::of(*Prefix::parse(prefix)));
        return send(all);
    }
    // The gateway of the packet's way; "-": there is no route, "on link".
    [[nodiscard]] std::string way(const char* address) const
    {
        const auto to = IpAddress::parse(address).value();
        const Target target =
            to.is_v4() ? tables->routes.find4(0, to.v4().value) : tables->routes.find6(0, to.v6().bytes.data());
        if (target == PrefixMap::none) return "-";
        const Hop& hop = tables->hops.at(tables->pick(target, 0));
        return hop.kind == Hop::Kind::on_link ? "on link" : tables->adjacencies.at(hop.index).gateway.text();
    }
    [[nodiscard]] std::size_t hops() const
    {
        std::size_t used = 0;
        for (std::uint32_t hop = 0; hop < tables->hops.size(); ++hop)
            used += tables->hops.at(hop).kind != Hop::Kind::unused ? 1 : 0;
        return used;
    }
    // "192.0.2.0/24 10.0.0.1" for each, read in pieces of `limit`.
    [[nodiscard]] std::vector<std::string> read(std::size_t limit) const
    {
        std::vector<std::string> all;
        std::optional<RouteKey> after;
        for (bool more = true; more;) {
            api::RouteSet piece;
            more = model.learned().read(after, limit, piece);
            CHECK(api::check(piece, true));
            CHECK(api::count(piece) <= limit);
            api::for_each_route(piece, [&](const RouteKey& key, std::uint32_t group) {
                const auto& hop = piece.groups(static_cast<int>(group)).hops(0);
                all.push_back(key.prefix().text() + " " + IpAddress::unpack(hop.gateway())->text());
            });
            after = api::last(piece);
        }
        return all;
    }
};

} // namespace

TEST_CASE("a learned route leads where its group says, and no further than it is there")
{
    Learning at;
    REQUIRE(at.learn({{"0.0.0.0/0", "10.0.0.1"}, {"192.0.2.0/24", "10.0.0.2"}, {"2001:db8::/32", "fe80::1"}}) == "");
    CHECK(at.way("192.0.2.7") == "10.0.0.2");
    CHECK(at.way("192.0.3.7") == "10.0.0.1");
    CHECK(at.way("2001:db8::7") == "fe80::1");
    CHECK(at.hops() == 3);
    REQUIRE(at.learn({{"192.0.2.0/24", "10.0.0.1"}}, {"0.0.0.0/0"}) == "");
    CHECK(at.way("192.0.2.7") == "10.0.0.1");
    CHECK(at.way("192.0.3.7") == "-");
    CHECK(at.hops() == 2); // nobody leads to 10.0.0.2 any more
    REQUIRE(at.put({neighbor("10.0.0.1", "52:54:00:00:00:01")}) == "");
    CHECK(at.tables->hops.at(at.tables->pick(at.tables->routes.find4(0, 0xC0000207), 0)).kind == Hop::Kind::adjacency);
    REQUIRE(at.learn({}, {"192.0.2.0/24", "2001:db8::/32"}) == "");
    CHECK(at.hops() == 1); // the neighbour's
    CHECK(at.model.learned().size() == 0);
}

TEST_CASE("a Route counts, and what was learned comes back when it goes")
{
    Learning at;
    REQUIRE(at.learn({{"192.0.2.0/24", "10.0.0.2"}}) == "");
    REQUIRE(at.put({route_via(0, "192.0.2.0/24", "10.0.0.9")}) == "");
    CHECK(at.way("192.0.2.7") == "10.0.0.9");
    REQUIRE(at.learn({{"192.0.2.0/24", "10.0.0.3"}}) == "");
    CHECK(at.way("192.0.2.7") == "10.0.0.9");
    REQUIRE(at.put({route_via(0, "192.0.2.0/24", "10.0.0.8")}) == "");
    CHECK(at.way("192.0.2.7") == "10.0.0.8");
    SECTION("the Route goes")
    {
        REQUIRE(at.put({}, {route(0, "192.0.2.0/24")}) == "");
        CHECK(at.way("192.0.2.7") == "10.0.0.3");
    }
    SECTION("what was learned goes")
    {
        REQUIRE(at.learn({}, {"192.0.2.0/24"}) == "");
        CHECK(at.way("192.0.2.7") == "10.0.0.8");
        REQUIRE(at.put({}, {route(0, "192.0.2.0/24")}) == "");
        CHECK(at.way("192.0.2.7") == "-");
    }
    SECTION("one takes the other's place in one transaction")
    {
        api::Transaction both = at.transaction({}, {route(0, "192.0.2.0/24")});
        add_learned(*both.mutable_upsert_routes(), "192.0.2.0/24", "10.0.0.5");
        REQUIRE(at.send(both) == "");
        CHECK(at.way("192.0.2.7") == "10.0.0.5");
        api::Transaction back = at.transaction({route_via(0, "192.0.2.0/24", "10.0.0.9")});
        api::append(*back.mutable_remove_routes(), RouteKey::of(*Prefix::parse("192.0.2.0/24")));
        REQUIRE(at.send(back) == "");
        CHECK(at.way("192.0.2.7") == "10.0.0.9");
        CHECK(at.hops() == 1);
    }
}

TEST_CASE("a refused transaction lets the learned routes stand as they were")
{
    Limits limits;
    limits.routes = 3;
    Learning at(limits);
    REQUIRE(at.learn({{"192.0.2.0/24", "10.0.0.2"}, {"192.0.3.0/24", "10.0.0.3"}}) == "");
    const auto before = at.read(10);
    CHECK(at.learn({{"192.0.2.0/24", "10.0.0.4"}}, {"192.0.9.0/24"}) ==
          "learned route 192.0.9.0/24: is not there to be removed");
    CHECK(at.learn({{"192.0.4.0/24", "10.0.0.2"}, {"192.0.5.0/24", "10.0.0.2"}}, {}) ==
          "learned routes: there is room for 3 routes");
    REQUIRE(at.put({route_via(0, "10.9.0.0/16", "10.0.0.9")}) == "");
    CHECK(at.learn({{"192.0.4.0/24", "10.0.0.2"}}) != ""); // together they are too many
    for (const auto& [gateway, interface, what] :
         {std::tuple("10.0.0.9", 7U, "learned routes: interface 7 does not exist, there are 2")}) {
        api::Transaction wrong = at.transaction({});
        add_learned(*wrong.mutable_upsert_routes(), "192.0.2.0/24", gateway, interface);
        CHECK(at.send(wrong) == what);
    }
    api::Transaction tunnel = at.transaction({});
    add_learned(*tunnel.mutable_upsert_routes(), "192.0.2.0/24", "10.0.0.9");
    tunnel.mutable_upsert_routes()->mutable_groups(0)->mutable_hops(0)->mutable_gtpu()->set_peer(packed("10.0.0.9"));
    CHECK(at.send(tunnel) == "learned routes: a learned next hop leads to a link, not into a tunnel");
    CHECK(at.read(10) == before);
    CHECK(at.way("192.0.2.7") == "10.0.0.2");
    const auto use = at.model.use();
    CHECK(use[1].used == 3);
    // One that was built and never published.
    REQUIRE(at.model.apply([&] {
        api::Transaction all = at.transaction({});
        add_learned(*all.mutable_upsert_routes(), "192.0.2.0/24", "10.0.0.7");
        return all;
    }()));
    REQUIRE(at.learn({}) == "");
    CHECK(at.read(10) == before);
    CHECK(at.way("192.0.2.7") == "10.0.0.2");
    CHECK(at.hops() == 3);
}

TEST_CASE("learned routes are read in pieces, in order, also while they change")
{
    Learning at;
    CHECK(at.read(5).empty());
    std::vector<std::pair<std::string, std::string>> routes;
    std::vector<std::string> expected;
    for (unsigned i = 0; i < 50; ++i) {
        const std::string prefix = Ipv4Address{0x0B000000 + (i << 8)}.text() + "/24";
        routes.emplace_back(prefix, i % 3 == 0 ? "10.0.0.1" : "10.0.0.2");
        expected.push_back(prefix + " " + routes.back().second);
    }
    routes.emplace_back("2001:db8::/32", "10.0.0.1");
    expected.emplace_back("2001:db8::/32 10.0.0.1");
    REQUIRE(at.learn(routes) == "");
    for (const std::size_t limit : {1U, 7U, 50U, 51U, 1'000U})
        CHECK(at.read(limit) == expected);

    api::RouteSet first;
    REQUIRE(at.model.learned().read(std::nullopt, 10, first));
    REQUIRE(at.learn({{"11.0.200.0/24", "10.0.0.1"}}, {"11.0.9.0/24", "11.0.12.0/24"}) == "");
    api::RouteSet rest;
    CHECK_FALSE(at.model.learned().read(api::last(first), 1'000, rest));
    CHECK(api::count(rest) >=
          40); // 51 - 10 - the removed one behind the piece, whether or not the new one is among them
    api::for_each_route(rest, [](const RouteKey& key, std::uint32_t) {
        CHECK(key.prefix().text() != "11.0.12.0/24");
        CHECK(key.prefix().text() != "11.0.9.0/24");
    });
    const api::Programmed piece = at.model.programmed(nullptr);
    CHECK(api::count(piece.learned()) == 50);
    CHECK_FALSE(piece.more());
}

// Hidden: `table-test "[learned]"` prints the figures of the README.
TEST_CASE("a million learned routes, programmed and moved to another next hop", "[.][bench][learned]")
{
    constexpr std::uint32_t ipv4_routes = 1'000'000;
    constexpr std::uint32_t ipv6_routes = 200'000;
    Limits limits;
    limits.routes = ipv4_routes + ipv6_routes;
    Learning at(limits);
    REQUIRE(at.put({neighbor("10.0.0.1", "52:54:00:00:00:01"), neighbor("10.0.0.2", "52:54:00:00:00:02")}) == "");
    const auto key_of = [](std::uint32_t i) {
        if (i < ipv4_routes) return RouteKey{std::uint64_t{0x14000000 + (i << 8)} << 32, 0, 24, false};
        return RouteKey{0x2A00'0000'0000'0000 + (std::uint64_t{i} << 16), 0, 48, true};
    };
    for (const char* gateway : {"10.0.0.1", "10.0.0.2"}) {
        const std::clock_t start = std::clock(); // of the processor: a busy machine does no more
        for (std::uint32_t i = 0; i < ipv4_routes + ipv6_routes;) {
            api::Transaction piece = at.transaction({});
            add_learned(*piece.mutable_upsert_routes(), key_of(i++).prefix().text(), gateway);
            for (std::size_t n = 1; n < api::routes_per_message && i < ipv4_routes + ipv6_routes; ++n)
                api::append(*piece.mutable_upsert_routes(), key_of(i++), 0);
            REQUIRE(at.send(piece) == "");
        }
        const double took = static_cast<double>(std::clock() - start) * 1000 / CLOCKS_PER_SEC;
        std::printf("1,000,000 IPv4 and 200,000 IPv6 routes via %s: %.0f ms\n", gateway, took);
    }
    CHECK(at.model.learned().size() == limits.routes);
    std::printf("learned: %zu MB\n", at.model.learned().bytes_used() >> 20);
}

} // namespace sluice::table
