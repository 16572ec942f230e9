// Longest prefix match, against a search through all prefixes.
#include <catch2/catch.hpp>

#include <map>
#include <random>

#include "dataplane/table/route_table.hpp"

namespace sluice::table {
namespace {

Prefix prefix(const char* text)
{
    return Prefix::parse(text).value();
}

// What a map built from these says, and what looking at each prefix in turn says.
class Routes {
public:
    void put(std::uint16_t network, const Prefix& prefix, std::uint32_t value)
    {
        all_[{network, prefix.masked()}] = value;
    }
    void remove_some(std::mt19937& random)
    {
        std::erase_if(all_, [&](const auto&) { return random() % 2 == 0; });
    }
    PrefixMap build() const
    {
        RouteTable builder;
        for (const auto& [key, value] : all_)
            builder.put(key.first, key.second, value);
        return builder.build();
    }
    std::uint32_t naive(std::uint16_t network, const IpAddress& address) const
    {
        std::uint32_t best = PrefixMap::none;
        unsigned length = 0;
        for (const auto& [key, value] : all_) {
            if (key.first != network || !key.second.contains(address)) continue;
            if (best != PrefixMap::none && key.second.length < length) continue;
            best = value;
            length = key.second.length;
        }
        return best;
    }
    std::size_t size() const { return all_.size(); }
    const auto& all() const { return all_; }

private:
    std::map<std::pair<std::uint16_t, Prefix>, std::uint32_t> all_;
};

std::uint32_t find(const PrefixMap& map, std::uint16_t network, const IpAddress& address)
{
    return address.is_v4() ? map.find4(network, address.v4().value) : map.find6(network, address.v6().bytes.data());
}

// Few values per byte, so that prefixes lie within each other.
IpAddress random_address(std::mt19937& random, bool v4)
{
    std::string packed(v4 ? 4 : 16, '\0');
    for (char& byte : packed)
        byte = static_cast<char>(random() % 3 * 0x7F);
    return *IpAddress::unpack(packed);
}

Prefix random_prefix(std::mt19937& random, bool v4)
{
    const IpAddress address = random_address(random, v4);
    return {address, static_cast<unsigned>(random() % (address.bits() + 1))};
}

void compare(const Routes& routes, std::mt19937& random)
{
    const PrefixMap map = routes.build();
    REQUIRE(map.size() == routes.size());
    for (int i = 0; i < 2'000; ++i) {
        const auto network = static_cast<std::uint16_t>(random() % 5);
        const IpAddress address = random_address(random, i % 2 == 0);
        INFO(network << " " << address.text());
        REQUIRE(find(map, network, address) == routes.naive(network, address));
    }
    for (const auto& [key, value] : routes.all()) // the first address of each prefix, which a random one rarely hits
        REQUIRE(find(map, key.first, key.second.address) == routes.naive(key.first, key.second.address));
}

} // namespace

TEST_CASE("an empty map routes nothing")
{
    const PrefixMap map;
    CHECK(map.find4(0, 0x0A000001) == PrefixMap::none);
    CHECK(map.find6(0, prefix("2001:db8::1/128").address.v6().bytes.data()) == PrefixMap::none);
}

TEST_CASE("the longest prefix wins, whatever the order they came in")
{
    for (const bool longest_first : {false, true}) {
        RouteTable builder;
        std::vector<std::pair<const char*, std::uint32_t>> rows{
            {"0.0.0.0/0", 1}, {"10.0.0.0/8", 2}, {"10.1.0.0/16", 3}, {"10.1.2.3/32", 4}};
        if (longest_first) std::reverse(rows.begin(), rows.end());
        for (const auto& [text, value] : rows)
            builder.put(0, prefix(text), value);
        const PrefixMap map = builder.build();
        CHECK(map.find4(0, 0x0A010203) == 4);
        CHECK(map.find4(0, 0x0A010204) == 3);
        CHECK(map.find4(0, 0x0A020000) == 2);
        CHECK(map.find4(0, 0xC0000201) == 1);
        CHECK(map.find4(1, 0x0A010203) == PrefixMap::none);
    }
}

TEST_CASE("what lies outside all that a small network names goes by its default route")
{
    RouteTable builder;
    const auto at = [](const char* address) { return prefix(address).address; };
    for (const char* text : {"10.1.0.0/16", "10.3.0.0/24", "2001:db8:1::/48", "2001:db8:3::5/128"})
        builder.put(1, prefix(text), 7);
    CHECK(find(builder.build(), 1, at("10.2.0.0/32")) == PrefixMap::none);
    builder.commit();
    builder.put(1, prefix("0.0.0.0/0"), 1);
    builder.put(1, prefix("::/0"), 2);
    const PrefixMap map = builder.build();
    for (const char* named : {"10.1.0.0/32", "10.1.255.255/32", "10.3.0.255/32", "2001:db8:1::/128",
                              "2001:db8:1:ffff:ffff:ffff:ffff:ffff/128", "2001:db8:3::5/128"})
        CHECK(find(map, 1, at(named)) == 7);
    for (const char* other : {"10.0.255.255/32", "10.2.0.0/32", "10.3.1.0/32", "0.0.0.0/32", "255.255.255.255/32"})
        CHECK(find(map, 1, at(other)) == 1);
    for (const char* other : {"2001:db8:0:ffff::/128", "2001:db8:2::/128", "2001:db8:3::6/128", "::/128",
                              "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128"})
        CHECK(find(map, 1, at(other)) == 2);
    builder.commit();
    builder.put(1, prefix("255.255.255.255/32"), 8); // the ends of the number line
    builder.put(1, prefix("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128"), 9);
    builder.put(1, prefix("::/64"), 10);
    const PrefixMap wide = builder.build();
    CHECK(find(wide, 1, at("255.255.255.255/32")) == 8);
    CHECK(find(wide, 1, at("255.255.255.254/32")) == 1);
    CHECK(find(wide, 1, at("10.1.0.0/32")) == 7);
    CHECK(find(wide, 1, at("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128")) == 9);
    CHECK(find(wide, 1, at("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/128")) == 2);
    CHECK(find(wide, 1, at("::1/128")) == 10);
}

TEST_CASE("host bits of what is added are ignored, and the last value for a prefix counts")
{
    RouteTable builder;
    builder.put(3, prefix("10.1.2.3/8"), 1);
    builder.put(3, prefix("10.9.9.9/8"), 2);
    builder.put(3, prefix("2001:db8::1/32"), 3);
    const PrefixMap map = builder.build();
    CHECK(map.size() == 2);
    CHECK(map.find4(3, 0x0AFFFFFF) == 2);
    CHECK(map.find6(3, prefix("2001:db8:ffff::/128").address.v6().bytes.data()) == 3);
}

TEST_CASE("the two families and the networks do not mix")
{
    RouteTable builder;
    builder.put(1, prefix("0.0.0.0/0"), 1);
    builder.put(2, prefix("::/0"), 2);
    builder.put(4095, prefix("::/0"), 3);
    const PrefixMap map = builder.build();
    const auto v6 = prefix("::/128").address.v6();
    CHECK(map.find4(1, 0) == 1);
    CHECK(map.find6(1, v6.bytes.data()) == PrefixMap::none);
    CHECK(map.find4(2, 0) == PrefixMap::none);
    CHECK(map.find6(2, v6.bytes.data()) == 2);
    CHECK(map.find6(4095, v6.bytes.data()) == 3);
    CHECK(map.find6(65'535, v6.bytes.data()) == PrefixMap::none);
}

TEST_CASE("every length of both families is told from its neighbours")
{
    for (const char* text : {"170.85.170.85/32", "aa55:aa55:aa55:aa55:aa55:aa55:aa55:aa55/128"}) {
        const IpAddress address = prefix(text).address;
        for (unsigned length = 0; length <= address.bits(); ++length) {
            RouteTable builder;
            builder.put(0, {address, length}, 7);
            const PrefixMap map = builder.build();
            CHECK(find(map, 0, address) == 7);
            for (unsigned bit = 0; bit < address.bits(); ++bit) {
                std::string packed = address.packed();
                packed[bit / 8] = static_cast<char>(packed[bit / 8] ^ 0x80 >> bit % 8);
                const bool inside = bit >= length;
                INFO(text << " " << length << " " << bit);
                REQUIRE(find(map, 0, *IpAddress::unpack(packed)) == (inside ? 7 : PrefixMap::none));
            }
        }
    }
}

TEST_CASE("random prefixes, added and taken away, route as a search through all of them does")
{
    std::mt19937 random(4632);
    for (int round = 0; round < 10; ++round) {
        Routes routes;
        for (int change = 0; change < 4; ++change) {
            for (std::uint32_t i = 0; i < 100; ++i)
                routes.put(static_cast<std::uint16_t>(random() % 4), random_prefix(random, i % 2 == 0), i);
            compare(routes, random);
            routes.remove_some(random);
            compare(routes, random);
        }
    }
}

} // namespace sluice::table
