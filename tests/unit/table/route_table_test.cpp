// Routes that change: every map says what it said when it was made, however many came after it, and nothing is lost.
#include <catch2/catch.hpp>

#include <deque>
#include <set>

#include "dataplane/table/route_table.hpp"
#include "tests/unit/table/route_oracle.hpp"

namespace sluice::table {
namespace {

using test::RandomPrefixes;
using test::RouteOracle;

// At once and in steps.
std::uint32_t find_both_ways(const PrefixMap& map, std::uint16_t network, const IpAddress& address)
{
    if (address.is_v4()) {
        map.prefetch4(network, address.v4().value);
        const std::uint32_t found = map.find4(network, address.v4().value);
        const FibSlot slot = map.begin4(network, address.v4().value);
        CHECK(map.end4(network, slot, address.v4().value) == found);
        return found;
    }
    const auto bytes = address.v6().bytes;
    map.prefetch6(network, bytes.data());
    const std::uint32_t found = map.find6(network, bytes.data());
    const FibSlot slot = map.go_on6(network, map.begin6(network, bytes.data()), bytes.data());
    CHECK(map.end6(network, slot, bytes.data()) == found);
    return found;
}

struct Known {
    std::uint16_t network;
    IpAddress address;
    unsigned length;

    [[nodiscard]] Prefix prefix() const { return {address, length}; }
};

// A table and what it should say, changed together.
class Both {
public:
    explicit Both(std::uint32_t seed)
        : random(seed)
    {
    }
    void put(const Known& row, std::uint32_t value)
    {
        routes.put(row.network, row.prefix(), value);
        oracle.put(row.network, row.address, row.length, value);
        known.push_back(row);
    }
    void remove(const Known& row)
    {
        routes.remove(row.network, row.prefix());
        oracle.remove(row.network, row.address, row.length);
    }
    Known new_route(std::uint16_t networks)
    {
        const bool v4 = random.below(2) == 0;
        return {static_cast<std::uint16_t>(random.below(networks)), random.address(v4), random.length(v4)};
    }
    // Adds, replaces and removes, the same prefix more than once sometimes.
    void change(unsigned changes, std::uint16_t networks)
    {
        for (unsigned i = 0; i < changes; ++i) {
            const std::uint32_t what = known.empty() ? 0 : random.below(4);
            if (what < 2) put(new_route(networks), random.below(1000));
            if (what == 2) put(known[random.below(static_cast<std::uint32_t>(known.size()))], random.below(1000));
            if (what == 3) remove(known[random.below(static_cast<std::uint32_t>(known.size()))]);
        }
    }

    RandomPrefixes random;
    RouteTable routes;
    RouteOracle oracle;
    std::vector<Known> known;
};

struct Published {
    PrefixMap map;
    RouteOracle oracle;
};

// Random addresses, and the first and last of known prefixes with their neighbours.
void compare(const PrefixMap& map, const RouteOracle& oracle, Both& both, unsigned lookups)
{
    REQUIRE(map.size() == oracle.size());
    for (unsigned i = 0; i < lookups; ++i) {
        const bool known = !both.known.empty() && i % 2 == 0;
        const Known row =
            known ? both.known[both.random.below(static_cast<std::uint32_t>(both.known.size()))] : both.new_route(6);
        std::string bytes = row.address.packed();
        if (known && i % 4 == 0 && row.length > 0) // its neighbour
            bytes[(row.length - 1) / 8] = static_cast<char>(bytes[(row.length - 1) / 8] ^ 0x80 >> (row.length - 1) % 8);
        const IpAddress address = IpAddress::unpack(bytes).value();
        INFO("network " << row.network << " " << address.text());
        REQUIRE(find_both_ways(map, row.network, address) == oracle.find(row.network, address));
    }
}

std::uint64_t bytes_when_made_at_once(const RouteOracle& oracle, const std::vector<Known>& known)
{
    RouteTable routes;
    std::set<std::tuple<std::uint16_t, Prefix>> seen;
    for (const Known& row : known) {
        if (!seen.insert({row.network, row.prefix().masked()}).second) continue;
        const std::uint32_t value = oracle.exact(row.network, row.address, row.length);
        if (value != RouteOracle::none) routes.put(row.network, row.prefix(), value);
    }
    const PrefixMap map = routes.build();
    REQUIRE(map.size() == oracle.size());
    return routes.bytes_used();
}

} // namespace

TEST_CASE("every map answers as its own time did, while others come and go")
{
    for (const std::uint32_t seed : {1U, 2U, 3U}) {
        Both both(seed);
        std::deque<Published> held;
        for (unsigned round = 0; round < 60; ++round) {
            const RouteOracle before = both.oracle;
            both.change(1 + both.random.below(60), 4);
            held.push_back({both.routes.build(), both.oracle});
            if (both.random.below(4) != 0) {
                both.routes.commit();
            } else { // taken back, and yet somebody holds the map
                both.routes.discard();
                both.oracle = before;
            }
            for (const Published& each : held)
                compare(each.map, each.oracle, both, 60);
            if (held.size() > 5) held.erase(held.begin() + both.random.below(6)); // in any order
        }
        held.clear();
        both.routes.put(0, {Ipv4Address{}, 0}, 1); // the map before the last one is gone with the next commit
        both.oracle.put(0, Ipv4Address{}, 0, 1);
        both.known.push_back({0, Ipv4Address{}, 0});
        const PrefixMap last = both.routes.build();
        both.routes.commit();
        CHECK(both.routes.bytes_used() == bytes_when_made_at_once(both.oracle, both.known));
    }
}

TEST_CASE("a transaction that is discarded leaves nothing behind, before and after its map was made")
{
    Both both(7);
    both.change(300, 4);
    const PrefixMap before = both.routes.build();
    both.routes.commit();
    const RouteOracle oracle = both.oracle;
    const std::uint64_t bytes = both.routes.bytes_used();
    for (const bool made : {false, true}) {
        const std::vector<Known> known = both.known;
        both.change(200, 4);
        if (made) static_cast<void>(both.routes.build());
        both.routes.discard();
        both.oracle = oracle;
        both.known = known;
        CHECK(both.routes.bytes_used() == bytes);
        compare(before, oracle, both, 500);
    }
    both.change(100, 4);
    const PrefixMap after = both.routes.build();
    both.routes.commit();
    compare(after, both.oracle, both, 2'000);
    compare(before, oracle, both, 2'000);
}

TEST_CASE("a network that grows large and small again keeps its routes")
{
    Both both(11);
    std::vector<Known> rows;
    for (std::uint32_t i = 0; i < RouteTable::trie_from + 200; ++i)
        rows.push_back({3, Ipv4Address{0x0A000000 + i * 8}, 29 + i % 4});
    PrefixMap small, large;
    RouteOracle small_oracle;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        both.put(rows[i], static_cast<std::uint32_t>(i));
        if (i % 300 != 0) continue;
        if (i == 3'000) small_oracle = both.oracle;
        const PrefixMap map = both.routes.build();
        both.routes.commit();
        if (i == 3'000) small = map;
        compare(map, both.oracle, both, 200);
    }
    large = both.routes.build();
    both.routes.commit();
    const RouteOracle large_oracle = both.oracle;
    CHECK(both.routes.bytes_used() > sizeof(FibRoot));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (i % 3 != 0) both.remove(rows[i]);
        if (i % 300 != 0) continue;
        const PrefixMap map = both.routes.build();
        both.routes.commit();
        compare(map, both.oracle, both, 200);
    }
    compare(large, large_oracle, both, 5'000);
    compare(small, small_oracle, both, 5'000);
    large = {};
    small = {};
    const PrefixMap last = both.routes.build();
    both.routes.commit();
    compare(last, both.oracle, both, 5'000);
    CHECK(both.routes.bytes_used() == 0); // its trie is given back with the last map that had it
}

// One node in which up to 256 neighbours differ, so that it is flat and packed in turn, with prefixes around it, which
// its gaps take, and nodes below it.
struct Crowd {
    bool v4;

    [[nodiscard]] Known row(std::uint32_t slot, unsigned length) const
    {
        if (v4) return {0, Ipv4Address{0x0A010200 + slot}, length};
        Ipv6Address address{};
        address.bytes = {0x20, 0x01, 0x0D, 0xB8, 0x77, static_cast<std::uint8_t>(slot), 0x80};
        return {0, address, length};
    }
    // In one of its slots, whose node below is as crowded.
    [[nodiscard]] Known below(std::uint32_t slot, unsigned length) const
    {
        Known row = this->row(5, v4 ? 32 : length);
        std::string bytes = row.address.packed();
        if (!v4) bytes[6] = static_cast<char>(slot);
        row.address = IpAddress::unpack(bytes).value();
        return row;
    }
    // In a slot of it, where no prefix below leads.
    [[nodiscard]] IpAddress beside(std::uint32_t slot) const
    {
        std::string bytes = row(slot, 0).address.packed();
        if (!v4) bytes[6] = 0x01;
        return IpAddress::unpack(bytes).value();
    }
    [[nodiscard]] unsigned length(test::RandomPrefixes& random) const
    {
        const unsigned end = v4 ? 32 : 48; // of the node
        const std::uint32_t draw = random.below(20);
        if (draw == 0) return end - 8 - random.below(9); // covers all of it
        if (draw == 1) return end - 1 - random.below(7);
        if (draw == 2 && !v4) return end + 1 + random.below(16);
        return end;
    }
};

TEST_CASE("a node in which many neighbours differ answers as one in which few do")
{
    for (const bool v4 : {true, false}) {
        const Crowd crowd{v4};
        Both both(v4 ? 21 : 22);
        std::deque<Published> held;
        std::uint64_t most_bytes = 0;
        for (unsigned round = 0; round < 160; ++round) {
            const bool grows = round % 80 < 55;
            const RouteOracle before = both.oracle;
            for (unsigned change = both.random.below(40); change-- > 0;) {
                const std::uint32_t slot = both.random.below(256);
                const Known row = both.random.below(3) == 0
                                      ? crowd.below(slot, 56 - (both.random.below(12) == 0 ? both.random.below(8) : 0))
                                      : crowd.row(slot, crowd.length(both.random));
                if (both.random.below(10) < (grows ? 9 : 1))
                    both.put(row, both.random.below(1000));
                else
                    both.remove(row);
            }
            for (std::size_t i = 0; !grows && i < both.known.size(); i += 1 + both.random.below(30))
                both.remove(both.known[i]);
            held.push_back({both.routes.build(), both.oracle});
            if (both.random.below(5) != 0) {
                both.routes.commit();
            } else {
                both.routes.discard();
                both.oracle = before;
            }
            most_bytes = std::max(most_bytes, both.routes.bytes_used());
            for (const Published& each : held)
                for (std::uint32_t slot = 0; slot < 256; ++slot)
                    for (const IpAddress& address :
                         {crowd.row(slot, 0).address, crowd.beside(slot), crowd.below(slot, 0).address}) {
                        INFO("round " << round << " " << address.text());
                        REQUIRE(find_both_ways(each.map, 0, address) == each.oracle.find(0, address));
                    }
            if (held.size() > 3) held.erase(held.begin() + both.random.below(4));
        }
        CHECK(most_bytes > sizeof(FibRoot) + 2 * 1024); // it has been flat
        held.clear();
        both.put(crowd.row(0, 8), 1);
        const PrefixMap last = both.routes.build();
        both.routes.commit();
        CHECK(both.routes.bytes_used() == bytes_when_made_at_once(both.oracle, both.known));
    }
}

TEST_CASE("the last route of a network takes its trie along")
{
    RouteTable routes;
    const Prefix prefix = Prefix::parse("10.1.2.3/32").value();
    for (int round = 0; round < 3; ++round) {
        routes.put(0, prefix, 7);
        PrefixMap with = routes.build();
        routes.commit();
        CHECK(with.find4(0, 0x0A010203) == 7);
        routes.remove(0, prefix);
        PrefixMap without = routes.build();
        routes.commit();
        CHECK(without.find4(0, 0x0A010203) == PrefixMap::none);
        CHECK(with.find4(0, 0x0A010203) == 7);
        with = {};
        CHECK(routes.bytes_used() == 0);
    }
}

} // namespace sluice::table
