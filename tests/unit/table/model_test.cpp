// Transactions: applied wholly or not at all, and read back as they were sent.
#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <set>

#include "dataplane/wire/endian.hpp"
#include "tests/unit/table/programming.hpp"

namespace sluice::table {
namespace {

using namespace sluice::test;

std::multiset<std::string> bytes(const api::Programmed& programmed)
{
    std::multiset<std::string> result;
    for (const api::Object& object : programmed.objects())
        result.insert(object.SerializeAsString());
    return result;
}

std::vector<api::Object> one_of_each()
{
    return {settings(),
            network(1, 4097),
            route_via(0, "0.0.0.0/0", "10.0.0.254"),
            route_vxlan(1, "10.1.0.31/32", "10.0.0.31", 4097),
            neighbor("10.0.0.254", "52:54:00:00:00:fe"),
            gtpu_tunnel(7, 1, "100.64.0.7"),
            pool(1, "203.0.113.64/30"),
            nat_rule(1, 1, 1),
            eip("203.0.113.10", 1, "10.1.0.10"),
            service(1, "198.51.100.80", 443, 1, {"10.1.0.31", "10.1.0.32"})};
}

} // namespace

TEST_CASE("what was sent is what is read back")
{
    Programming at;
    CHECK(at.model.programmed().objects_size() == 0);
    const std::vector<api::Object> sent = one_of_each();
    REQUIRE(at.put(sent) == "");
    std::multiset<std::string> expected;
    for (const api::Object& object : sent)
        expected.insert(object.SerializeAsString());
    CHECK(bytes(at.model.programmed()) == expected);
    CHECK(at.model.programmed().generation() == 1);
    CHECK(at.tables->generation == 1);
}

TEST_CASE("how full the tables are follows what is committed")
{
    Programming at;
    const auto used = [&] {
        std::map<std::string_view, std::uint64_t> rows;
        for (const Model::Use& use : at.model.use())
            rows[use.table] = use.used;
        return rows;
    };
    using Rows = std::map<std::string_view, std::uint64_t>;
    CHECK(used() == Rows{{"networks", 0}, {"routes", 0}, {"services", 0}, {"tunnels", 0}});
    REQUIRE(at.put(one_of_each()) == "");
    CHECK(used() == Rows{{"networks", 1}, {"routes", 2}, {"services", 1}, {"tunnels", 2}});
    REQUIRE(at.put({route_via(9, "10.9.0.0/16", "")}) != "");
    CHECK(used() == Rows{{"networks", 1}, {"routes", 2}, {"services", 1}, {"tunnels", 2}});
}

TEST_CASE("a refused transaction changes nothing, whatever stood before the wrong object")
{
    Programming at;
    REQUIRE(at.put(one_of_each()) == "");
    const auto before = bytes(at.model.programmed());
    const auto routes = at.tables->routes.size();
    const auto transaction =
        at.transaction({network(2, 5000), route_via(0, "192.0.2.0/24", "10.0.0.254"), route_via(9, "10.9.0.0/16", "")},
                       {eip("203.0.113.10", 1, "10.1.0.10")});
    const auto refused = at.model.apply(transaction);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().text() == "route 10.9.0.0/16 in network 9: there is no network 9");
    at.model.commit(); // nothing is pending: nothing happens
    CHECK(bytes(at.model.programmed()) == before);
    CHECK(at.model.programmed().generation() == 1);
    REQUIRE(at.put({}) == "");
    CHECK(at.tables->routes.size() == routes);
    CHECK(at.tables->networks.size() == 2);
    CHECK(at.tables->eip_inward.size() == 1);
}

TEST_CASE("a transaction that was not committed leaves no trace, also when the next one is refused")
{
    Programming at;
    REQUIRE(at.model.apply(at.transaction({network(1)})));
    REQUIRE_FALSE(at.model.apply(at.transaction({route_via(1, "10.9.0.0/16", "")}))); // network 1 is not there
    at.model.commit();
    CHECK(at.model.programmed().objects_size() == 0);
    CHECK(at.model.programmed().generation() == 0);
}

TEST_CASE("removals come before upserts, whatever their order in the transaction")
{
    Programming at;
    REQUIRE(at.put({network(1, 4097), eip("203.0.113.10", 1, "10.1.0.10")}) == "");
    // The same private address moves to another public one, the VNI to another network; and what is removed comes back.
    CHECK(at.put({eip("203.0.113.11", 1, "10.1.0.10")}, {eip("203.0.113.10", 1, "10.1.0.10")}) == "");
    CHECK(at.put({network(2, 4097), eip("203.0.113.11", 2, "10.1.0.10")}, {network(1)}) == "");
    CHECK(at.put({network(2, 4097)}, {network(2)}) == "");
    CHECK(at.tables->eip_inward.size() == 1);
    CHECK(*at.tables->vnis.find(4097) == 2);
}

TEST_CASE("removing what is not there is refused")
{
    Programming at;
    CHECK(at.put({}, {network(3)}) == "network n3: is not there to be removed");
    REQUIRE(at.put({network(3)}) == "");
    CHECK(at.put({}, {network(3), network(3)}) == "network n3: is not there to be removed");
    CHECK(at.put({}, {network(3)}) == "");
}

TEST_CASE("an object is replaced by its key, and a removal needs no more than the key")
{
    Programming at;
    REQUIRE(at.put({network(1, 4097), route_via(0, "192.0.2.0/24", "10.0.0.1")}) == "");
    REQUIRE(at.put({route_via(0, "192.0.2.0/24", "10.0.0.2")}) == "");
    CHECK(at.model.programmed().objects_size() == 2);
    api::Object key;
    key.mutable_network()->set_id(1);
    CHECK(at.put({}, {key, route(0, "192.0.2.0/24")}) == "");
    CHECK(at.model.programmed().objects_size() == 0);
    CHECK(at.tables->routes.size() == 0);
}

TEST_CASE("writing what is there already lets everything stand")
{
    Programming at;
    REQUIRE(at.put(one_of_each()) == "");
    const auto epoch = at.tables->routes_epoch;
    const auto serial = at.tables->pools.at(0).serial;
    const auto* ring = at.tables->services.at(0).ring.get();
    REQUIRE(at.put(one_of_each()) == "");
    CHECK(at.tables->generation == 2);
    CHECK(at.tables->routes_epoch == epoch); // no session has to route again
    CHECK(at.tables->pools.at(0).serial == serial);
    CHECK(at.tables->services.at(0).ring.get() == ring);
}

TEST_CASE("limits that are reached are named errors")
{
    Limits limits;
    limits.routes = 2;
    limits.tunnels = 2;
    Programming at(limits);
    REQUIRE(at.put({settings(), network(1)}) == "");
    CHECK(at.put({route_via(0, "10.1.0.0/24", ""), route_via(0, "10.2.0.0/24", ""), route_via(0, "10.3.0.0/24", "")}) ==
          "route 10.3.0.0/24 in network 0: there is room for 2 routes");
    CHECK(at.put({route_via(0, "10.1.0.0/24", ""), route_via(0, "10.2.0.0/24", "")}) == "");
    CHECK(at.put({route_via(0, "10.3.0.0/24", "")}, {route(0, "10.1.0.0/24")}) == "");

    const auto tunnel = [](unsigned teid) { return gtpu_tunnel(teid, 1, "100.64.0.7", teid); };
    CHECK(at.put({tunnel(1), tunnel(2), tunnel(3)}) == "tunnels: 3 are more than memory.tunnels reserves counters for");
    CHECK(at.put({tunnel(1), tunnel(2)}) == "");
    CHECK(at.put({tunnel(3), tunnel(4)}, {tunnel(1), tunnel(2)}) == ""); // all replaced while the tables are full
}

TEST_CASE("a pool keeps its leases as long as it is the same pool")
{
    Programming at;
    REQUIRE(at.put({network(1), pool(1, "203.0.113.64/30"), pool(2, "203.0.113.80/30"), nat_rule(1, 1, 1)}) == "");
    const Pool first = at.tables->pools.at(0);
    const Pool second = at.tables->pools.at(1);
    CHECK(first.serial != second.serial);
    REQUIRE(first.blocks->take(std::uint64_t{1} << 32 | 7, 6));

    REQUIRE(at.put({nat_rule(2, 1, 2), pool(2, "203.0.113.80/30", 32'767)}) == "");
    CHECK(at.tables->pools.at(0).serial == first.serial);
    CHECK(at.tables->pools.at(0).blocks == first.blocks);
    CHECK(at.tables->pools.at(1).serial != second.serial); // other ports: sessions of the old one do not own these
    CHECK(at.tables->pools.at(1).serial != first.serial);
    CHECK(at.tables->pools.at(1).blocks != second.blocks);

    REQUIRE(at.put({}, {nat_rule(1, 1, 1), pool(1, "203.0.113.64/30")}) == "");
    REQUIRE(at.put({pool(1, "203.0.113.64/30")}) == "");
    CHECK(at.tables->pools.at(0).serial != first.serial); // gone and come back is another one
    CHECK(at.tables->pools.at(0).blocks->blocks_leased() == 0);
}

TEST_CASE("pools are known by their prefixes, but for one with the address of a service without sessions")
{
    Programming at;
    REQUIRE(at.put({network(1), pool(1, "203.0.113.64/30"), pool(2, "203.0.113.80/30")}) == "");
    const auto known = [&](std::string_view address) {
        const Ipv4Address wanted = IpAddress::parse(address).value().v4();
        return at.tables->session_addresses.have(wire::Be32{wanted.value}.raw());
    };
    CHECK(known("203.0.113.64"));
    CHECK(known("203.0.113.83"));
    CHECK_FALSE(known("203.0.113.63"));
    CHECK_FALSE(known("203.0.113.84"));

    api::Object ring = service(1, "203.0.113.81", 8080, 1, {"10.1.0.31"});
    ring.mutable_service()->set_forward(api::DIRECT);
    ring.mutable_service()->set_stateless(true);
    REQUIRE(at.put({ring}) == "");
    CHECK(known("203.0.113.64"));
    CHECK_FALSE(known("203.0.113.81"));
    CHECK_FALSE(known("203.0.113.83"));
    REQUIRE(at.put({}, {ring}) == "");
    CHECK(known("203.0.113.83"));

    REQUIRE(at.put({}, {pool(1, "203.0.113.64/30")}) == "");
    CHECK_FALSE(known("203.0.113.64"));
}

TEST_CASE("of more pools than there is room for the first are known by their prefixes")
{
    Programming at;
    for (unsigned i = 1; i <= 6; ++i)
        REQUIRE(at.put({pool(i, "203.0.113." + std::to_string(4 * i) + "/30")}) == "");
    unsigned known = 0;
    for (unsigned i = 1; i <= 6; ++i)
        known += static_cast<unsigned>(at.tables->session_addresses.have(wire::Be32{0xCB007100 + 4 * i}.raw()));
    CHECK(known == 4);
}

} // namespace sluice::table
