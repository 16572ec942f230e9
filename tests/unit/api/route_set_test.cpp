// Learned routes as messages: read back as they were written, and hostile ones refused.
#include <catch2/catch.hpp>

#include <vector>

#include "dataplane/api/route_set.hpp"

namespace sluice::api {
namespace {

RouteKey key(const char* prefix)
{
    return RouteKey::of(Prefix::parse(prefix).value());
}

RouteSet two_routes()
{
    RouteSet set;
    set.add_groups()->set_source("bgp");
    set.add_groups()->set_source("kernel");
    append(set, key("192.0.2.0/24"), 1);
    append(set, key("2001:db8::/32"), 0);
    return set;
}

std::string verdict(const RouteSet& set, bool grouped = true)
{
    const auto good = check(set, grouped);
    return good ? "" : good.error().text();
}

} // namespace

TEST_CASE("routes are read as they were written, IPv4 first")
{
    RouteSet set;
    set.add_groups();
    set.add_groups();
    std::vector<std::pair<std::string, std::uint32_t>> read;
    for (const char* prefix : {"2001:db8::/32", "0.0.0.0/0", "255.255.255.255/32", "::/0", "2001:db8::ff/128"})
        append(set, key(prefix), static_cast<std::uint32_t>(count(set) % 2));
    CHECK(verdict(set) == "");
    for_each_route(
        set, [&](const RouteKey& route, std::uint32_t group) { read.emplace_back(route.prefix().text(), group); });
    CHECK(read ==
          std::vector<std::pair<std::string, std::uint32_t>>{
              {"0.0.0.0/0", 1}, {"255.255.255.255/32", 0}, {"2001:db8::/32", 0}, {"::/0", 1}, {"2001:db8::ff/128", 0}});
    CHECK(count(set) == 5);
    CHECK(last(set)->prefix().text() == "2001:db8::ff/128");
    CHECK_FALSE(last(RouteSet()));
    CHECK(key_of(to_address(key("2001:db8::/32"))) == key("2001:db8::/32"));
}

TEST_CASE("a removal has no groups beside its prefixes")
{
    RouteSet set;
    append(set, key("192.0.2.0/24"));
    append(set, key("2001:db8::/32"));
    CHECK(verdict(set, false) == "");
    CHECK(verdict(set) == "learned routes: 0 next-hop groups stand beside 1 prefixes");
    CHECK(verdict(two_routes(), false) ==
          "learned routes: next-hop groups stand beside prefixes that are to be removed");
}

TEST_CASE("what is no list of routes is refused in a sentence")
{
    RouteSet set = two_routes();
    SECTION("cut off")
    {
        set.mutable_prefixes4()->pop_back();
        CHECK(verdict(set) == "learned routes: the list of prefixes ends within one");
    }
    SECTION("cut off, IPv6")
    {
        set.mutable_prefixes6()->pop_back();
        CHECK(verdict(set) == "learned routes: the list of prefixes ends within one");
    }
    SECTION("a length that no address has")
    {
        set.mutable_prefixes4()->back() = 33;
        CHECK(verdict(set) == "learned routes: the prefix length /33 is longer than its address");
    }
    SECTION("a length that no IPv6 address has")
    {
        set.mutable_prefixes6()->back() = static_cast<char>(129);
        CHECK(verdict(set) == "learned routes: the prefix length /129 is longer than its address");
    }
    SECTION("host bits")
    {
        set.mutable_prefixes4()->back() = 16;
        CHECK(verdict(set) == "learned routes: 192.0.2.0/16 has host bits, 192.0.0.0/16 is the prefix");
    }
    SECTION("a group that is not there")
    {
        set.set_groups6(0, 2);
        CHECK(verdict(set) == "learned routes: next-hop group 2 is not there, there are 2");
    }
    for (const auto& [bytes, length] : {std::pair(std::string(3, '\1'), 8U), std::pair(std::string(4, '\1'), 33U),
                                        std::pair(std::string(4, '\1'), 8U)}) {
        Address address;
        address.set_address(bytes);
        address.set_length(length);
        CHECK_FALSE(key_of(address));
    }
}

} // namespace sluice::api
