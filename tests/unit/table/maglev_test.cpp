// The ring of a service: shares, and how little moves when a backend comes or goes.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdio>
#include <map>
#include <random>

#include "dataplane/table/maglev.hpp"
#include "pipelines/l4lb/balance.hpp"

namespace sluice::table {
namespace {

RingMember member(unsigned number, std::uint32_t weight = 100)
{
    const IpAddress address(Ipv4Address{0x0A010000 + number});
    return {number, weight, ring_identity(address, 8080)};
}

std::vector<RingMember> members(unsigned count)
{
    std::vector<RingMember> all;
    for (unsigned i = 0; i < count; ++i)
        all.push_back(member(i));
    return all;
}

// Slots by the caller's own number of the backend, so that rings over different lists can be compared.
std::vector<std::uint32_t> owners(const std::vector<RingMember>& all, std::uint32_t size = 65'537)
{
    std::vector<std::uint32_t> result;
    for (const std::uint16_t slot : build_ring(all, size))
        result.push_back(all.at(slot).backend);
    return result;
}

std::map<std::uint32_t, double> shares(const std::vector<RingMember>& all)
{
    std::map<std::uint32_t, double> counted;
    const auto ring = owners(all);
    for (const std::uint32_t backend : ring)
        counted[backend] += 1.0 / static_cast<double>(ring.size());
    return counted;
}

} // namespace

TEST_CASE("a ring of nobody is empty")
{
    CHECK(build_ring({}).empty());
    CHECK(build_ring(std::vector{member(1, 0), member(2, 0)}).empty());
}

TEST_CASE("one backend takes every slot")
{
    const auto ring = build_ring(std::vector{member(1)});
    CHECK(ring.size() == 65'537);
    CHECK(std::count(ring.begin(), ring.end(), 0) == 65'537);
}

TEST_CASE("equal backends have equal shares within a percent")
{
    for (const unsigned count : {2U, 3U, 10U, 100U, 600U}) {
        const auto counted = shares(members(count));
        REQUIRE(counted.size() == count);
        for (const auto& [backend, share] : counted) {
            INFO(count << " backends");
            CHECK(share * count == Approx(1.0).epsilon(0.01));
        }
    }
}

TEST_CASE("shares follow weights within a percent, and weight 0 has none")
{
    const std::vector<RingMember> all{member(1, 100), member(2, 50), member(3, 300),
                                      member(4, 0),   member(5, 1),  member(6, 65'535)};
    const double total = 100 + 50 + 300 + 1 + 65'535;
    const auto counted = shares(all);
    CHECK(counted.count(4) == 0);
    for (const RingMember& each : all) {
        const double wanted = each.weight / total;
        const double got = counted.count(each.backend) == 0 ? 0 : counted.at(each.backend);
        INFO("weight " << each.weight);
        CHECK(std::abs(got - wanted) < std::max(0.01 * wanted, 2.0 / 65'537)); // one slot more or less for the lightest
    }
}

TEST_CASE("small weights count as exactly as large ones")
{
    const auto counted = shares({member(1, 1), member(2, 2), member(3, 3)});
    for (const std::uint32_t weight : {1U, 2U, 3U})
        CHECK(counted.at(weight) == Approx(weight / 6.0).epsilon(0.01));
}

TEST_CASE("the order in which backends are known does not matter")
{
    std::vector<RingMember> all = members(37);
    all[5].weight = 250;
    const auto ring = owners(all);
    std::mt19937 random(7);
    for (int i = 0; i < 5; ++i) {
        std::shuffle(all.begin(), all.end(), random);
        CHECK(owners(all) == ring);
    }
}

TEST_CASE("a backend that leaves moves little beyond its own flows")
{
    const std::vector<RingMember> before = members(100);
    const auto ring = owners(before);
    std::size_t worst = 0;
    for (const std::size_t gone : {0U, 17U, 50U, 99U}) {
        std::vector<RingMember> after = before;
        after.erase(after.begin() + static_cast<std::ptrdiff_t>(gone));
        const auto shorter = owners(after);
        std::size_t moved = 0;
        for (std::size_t slot = 0; slot < ring.size(); ++slot) {
            REQUIRE(shorter[slot] != before[gone].backend);
            if (ring[slot] != before[gone].backend && ring[slot] != shorter[slot]) ++moved;
        }
        worst = std::max(worst, moved);
    }
    // Its own slots are 1 % of the ring; as many again may move of those that stay.
    INFO(worst << " of " << ring.size() << " slots of other backends moved");
    CHECK(worst < ring.size() * 2 / 100);
    CHECK(worst > 0); // the figure is measured, not zero by construction
}

TEST_CASE("a backend that comes takes its share and leaves the rest")
{
    std::vector<RingMember> all = members(10);
    const auto before = owners(all);
    all.push_back(member(10));
    const auto after = owners(all);
    std::size_t taken = 0, moved = 0;
    for (std::size_t slot = 0; slot < before.size(); ++slot) {
        if (after[slot] == 10)
            ++taken;
        else if (after[slot] != before[slot])
            ++moved;
    }
    CHECK(static_cast<double>(taken) / static_cast<double>(before.size()) == Approx(1.0 / 11).epsilon(0.01));
    INFO(moved << " slots moved between backends that were there before");
    CHECK(moved < before.size() * 3 / 100);
}

TEST_CASE("a draining backend's slots go to the others as if it had left")
{
    std::vector<RingMember> all = members(20);
    std::vector<RingMember> without = all;
    without.erase(without.begin() + 3);
    all[3].weight = 0;
    CHECK(owners(all) == owners(without));
}

TEST_CASE("an endpoint's identity is the same in every release")
{
    // Written down when the ring came into use: another value would move every flow at an upgrade.
    CHECK(ring_identity(*IpAddress::parse("10.1.0.31"), 8443) == 0x48A3A53B5C80A9D0);
    CHECK(ring_identity(*IpAddress::parse("2001:db8::31"), 8443) == 0x9ADFFC6E4A066430);
    CHECK(ring_identity(*IpAddress::parse("10.1.0.31"), 8443) != ring_identity(*IpAddress::parse("10.1.0.31"), 8444));
    CHECK(ring_identity(*IpAddress::parse("10.1.0.31"), 0x20FB) !=
          ring_identity(*IpAddress::parse("10.1.0.32"), 0x20FB));
}

TEST_CASE("backends of one identity all get their share")
{
    std::vector<RingMember> twins{member(1), member(1)};
    twins[1].backend = 2;
    const auto counted = shares(twins);
    REQUIRE(counted.size() == 2);
    CHECK(counted.at(1) == Approx(0.5).epsilon(0.01));
}

TEST_CASE("small rings are filled too")
{
    for (const std::uint32_t size : {2U, 3U, 7U, 251U}) {
        const auto ring = build_ring(members(5), size);
        REQUIRE(ring.size() == size);
        for (const std::uint16_t slot : ring)
            CHECK(slot < 5);
    }
}

TEST_CASE("a flow's slot is the one that nodes of other builds choose")
{
    const std::vector<std::uint16_t> ring(65'537);
    const FlowKey4 four{0x0900'000A, 0x5071'00CB, 0x3930, 0xBB01, 7, 6, 0}; // whatever network it came from
    FlowKey6 six;
    six.source[0] = six.destination[0] = 0x20;
    six.source[15] = 0x09;
    six.destination[15] = 0x80;
    six.source_port = 0x3930;
    six.destination_port = 0xBB01;
    six.protocol = 17;
    CHECK(l4lb::slot_of(four, 0, ring) == 60'483);
    CHECK(l4lb::slot_of(four, 1, ring) == 35'950);
    CHECK(l4lb::slot_of(six, 0, ring) == 19'046);
    CHECK(l4lb::slot_of(six, 1, ring) == 39'785);
}

TEST_CASE("a slot is the remainder of a division that is not made")
{
    std::mt19937_64 random(3);
    for (const std::size_t size : {1UL, 2UL, 3UL, 251UL, 4'096UL, 65'521UL, 65'537UL, 655'373UL}) {
        const std::vector<std::uint16_t> ring(size);
        const l4lb::Slots slots(ring);
        for (std::uint64_t near = 0; near < 1'000; ++near)
            for (const std::uint64_t hash : {near, ~near, near * size, near * size - 1, ~near / size * size, random()})
                REQUIRE(slots.rest(hash) == hash % size);
    }
}

} // namespace sluice::table
