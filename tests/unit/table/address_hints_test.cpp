// Hints may know less than is so, never more: who is foreign has nothing to do with our tables.
#include <catch2/catch.hpp>

#include <random>

#include "dataplane/wire/endian.hpp"
#include "tests/unit/table/programming.hpp"

namespace sluice::table {
namespace {

using namespace sluice::test;

std::uint32_t raw(const IpAddress& address)
{
    return wire::Be32{address.v4().value}.raw();
}

struct Hinting : Programming {
    [[nodiscard]] unsigned hint(std::string_view text, std::uint16_t network = public_network) const
    {
        const IpAddress address = IpAddress::parse(std::string(text)).value();
        return address.is_v4() ? tables->hints.of(network, raw(address))
                               : tables->hints.of(network, address.v6().bytes);
    }
    // In the public network.
    [[nodiscard]] bool is_foreign(std::string_view text) const
    {
        const IpAddress address = IpAddress::parse(std::string(text)).value();
        const bool first = !address.is_v4() || tables->hints.first(raw(address)) != 0;
        return first && (hint(text) & AddressHints::foreign) != 0;
    }
    [[nodiscard]] bool may_be_ring(std::string_view text) const { return (hint(text) & AddressHints::ring) != 0; }
};

api::Object public_rule(std::string_view source)
{
    api::Object rule = nat_rule(1, 0, 1);
    set_prefix(*rule.mutable_nat_rule()->mutable_source(), source);
    return rule;
}

} // namespace

TEST_CASE("strangers are foreign, and no address that may not be forwarded is")
{
    Hinting at;
    REQUIRE(at.put({settings()}) == "");
    for (const char* address : {"1.1.1.1", "192.0.2.7", "126.255.255.255", "128.0.0.1", "223.255.255.255"})
        CHECK(at.is_foreign(address));
    for (const char* address : {"0.0.0.1", "127.0.0.1", "224.0.0.5", "255.255.255.255"})
        CHECK_FALSE(at.is_foreign(address));
    CHECK(at.is_foreign("2001:db8:ffff::1"));
    CHECK_FALSE(at.may_be_ring("192.0.2.7"));
}

TEST_CASE("nobody is foreign whom the tables know, until they forget him")
{
    Hinting at;
    REQUIRE(at.put({network(1)}) == "");
    const std::vector<std::pair<api::Object, std::string>> known{
        {eip("203.0.113.10", 1, "10.1.0.10"), "203.0.113.10"},
        {service(1, "198.51.100.80", 443, 1, {"10.1.0.31"}), "198.51.100.80"},
        {service(2, "2001:db8:80::1", 443, 1, {}), "2001:db8:80::1"},
        {service(3, "198.51.99.80", 443, 0, {"192.0.2.31"}), "192.0.2.31"},
        {pool(1, "203.0.114.64/30"), "203.0.114.66"},
        {pool(2, "100.80.0.0/21"), "100.80.7.255"},
        {pool(3, "100.96.0.0/20"), "100.96.15.1"},
    };
    for (const auto& [object, address] : known) {
        INFO(address);
        CHECK(at.is_foreign(address));
        REQUIRE(at.put({object}) == "");
        CHECK_FALSE(at.is_foreign(address));
        CHECK_FALSE(at.may_be_ring(address));
        REQUIRE(at.put({}, {object}) == "");
        CHECK(at.is_foreign(address));
    }
}

TEST_CASE("each network knows its own addresses")
{
    Hinting at;
    REQUIRE(at.put({network(1), network(2), eip("203.0.113.10", 1, "10.1.0.10")}) == "");
    CHECK(at.hint("10.1.0.10", 1) == 0);
    CHECK(at.hint("10.1.0.10", 2) == AddressHints::foreign);
    CHECK(at.is_foreign("10.1.0.10"));
    CHECK(at.hint("203.0.113.10", 1) == AddressHints::foreign);
}

TEST_CASE("the sources of rules of the public network are not foreign; with a rule for all nobody is")
{
    Hinting at;
    REQUIRE(at.put({pool(1, "203.0.113.64/30"), public_rule("172.16.0.0/12")}) == "");
    CHECK_FALSE(at.is_foreign("172.31.255.255"));
    CHECK(at.is_foreign("173.0.0.1"));
    REQUIRE(at.put({public_rule("172.16.1.0/24")}) == "");
    CHECK_FALSE(at.is_foreign("172.16.1.9"));
    REQUIRE(at.put({public_rule("0.0.0.0/0")}) == "");
    for (const char* address : {"1.1.1.1", "192.0.2.7", "223.255.255.255"})
        CHECK_FALSE(at.is_foreign(address));
}

TEST_CASE("only an address with a service without sessions may be one of a ring")
{
    Hinting at;
    api::Object ring = service(1, "198.51.100.81", 8080, 1, {"10.1.0.31"});
    ring.mutable_service()->set_forward(api::DIRECT);
    ring.mutable_service()->set_stateless(true);
    REQUIRE(at.put({network(1), ring}) == "");
    CHECK(at.may_be_ring("198.51.100.81"));
    CHECK_FALSE(at.is_foreign("198.51.100.81"));
    CHECK_FALSE(at.may_be_ring("198.51.101.81"));
    REQUIRE(at.put({}, {ring}) == "");
    CHECK_FALSE(at.may_be_ring("198.51.100.81"));
}

TEST_CASE("a thousand addresses leave most of all others foreign")
{
    AddressHints hints;
    std::mt19937 random(24);
    for (unsigned i = 0; i < 1'000; ++i)
        hints.know(public_network, wire::Be32{0xCB000000 + i}.raw(), 0); // four sites
    unsigned foreign = 0;
    for (unsigned i = 0; i < 10'000; ++i)
        foreign += hints.of(public_network, static_cast<std::uint32_t>(random())) & AddressHints::foreign;
    CHECK(foreign > 9'900);
}

} // namespace sluice::table
