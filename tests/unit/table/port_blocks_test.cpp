// Leasing public ports: to whom, how many, what is refused, and what comes back.
#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "dataplane/table/port_blocks.hpp"
#include "tests/unit/table/protocols.hpp"

namespace sluice::table {
namespace {

constexpr std::uint32_t first_address = 0xCB007140; // 203.0.113.64

PortBlocks::Settings settings(std::uint32_t addresses = 2)
{
    PortBlocks::Settings result;
    for (std::uint32_t i = 0; i < addresses; ++i)
        result.addresses.push_back(first_address + i);
    result.first_port = 1024;
    result.last_port = 1024 + 4 * 64 - 1; // four blocks
    result.block_size = 64;
    result.subscribers = 8;
    result.blocks_per_subscriber = 3;
    return result;
}

Hasher hasher()
{
    return Hasher(Hasher::Secret{1, 2, 3});
}

std::uint64_t subscriber(std::uint32_t number, std::uint32_t network = 1)
{
    return std::uint64_t{network} << 32 | number;
}

std::vector<Lease> take_all(PortBlocks& pool, std::uint64_t who, std::uint8_t protocol, std::size_t count)
{
    std::vector<Lease> leases;
    for (std::size_t i = 0; i < count; ++i) {
        const auto lease = pool.take(who, protocol);
        if (!lease) break;
        leases.push_back(*lease);
    }
    return leases;
}

} // namespace

TEST_CASE("a lease is an address and a port of the pool, and says whose it is")
{
    PortBlocks pool(settings(), hasher());
    CHECK(pool.blocks() == 8);
    const Lease lease = pool.take(subscriber(1), tcp).value();
    CHECK((lease.address == first_address || lease.address == first_address + 1));
    CHECK(lease.port >= 1024);
    CHECK(lease.port <= 1279);
    CHECK(pool.handle_of(lease.address, lease.port) == lease.handle);
    CHECK(pool.owner_of(lease.address, lease.port) == subscriber(1));
    CHECK(pool.blocks_leased() == 1);
    CHECK(pool.subscribers() == 1);
    CHECK_FALSE(pool.handle_of(lease.address, 1023));
    CHECK_FALSE(pool.handle_of(lease.address, 1280));
    CHECK_FALSE(pool.handle_of(first_address + 2, lease.port));
    CHECK_FALSE(pool.owner_of(first_address + 2, lease.port));
}

TEST_CASE("what take() will give is foreseen, and nothing is taken by that")
{
    PortBlocks pool(settings(), hasher());
    pool.prefetch_subscriber(subscriber(1));
    CHECK_FALSE(pool.foreseen(pool.foresee(subscriber(1), tcp))); // who holds no block gets any
    CHECK_FALSE(pool.foreseen(pool.foresee(subscriber(1), 47)));
    for (const std::uint8_t protocol : {tcp, udp}) {
        for (unsigned i = 0; i < 60; ++i) {
            const auto foreseen = pool.foreseen(pool.foresee(subscriber(1), protocol));
            const auto again = pool.foreseen(pool.foresee(subscriber(1), protocol));
            const Lease lease = pool.take(subscriber(1), protocol).value();
            if (protocol == tcp && i == 0) continue; // the first one
            REQUIRE(foreseen);
            REQUIRE(again);
            CHECK(foreseen->handle == lease.handle);
            CHECK(again->handle == lease.handle);
            CHECK(foreseen->address == lease.address);
            CHECK(foreseen->port == lease.port);
        }
    }
    take_all(pool, subscriber(1), tcp, 4);
    CHECK_FALSE(pool.foreseen(pool.foresee(subscriber(1), tcp))); // the block is full
    CHECK(pool.blocks_leased() == 1);
}

TEST_CASE(
    "among a thousand subscribers, who share shards with others, nearly all is foreseen and each has his own ports")
{
    constexpr std::uint32_t subscribers = 1'000;
    PortBlocks::Settings wide = settings(subscribers);
    wide.subscribers = subscribers;
    PortBlocks pool(wide, hasher());
    std::mt19937 random(7);
    std::map<std::uint32_t, std::vector<Lease>> held;
    unsigned foreseen = 0;
    constexpr unsigned rounds = 40'000;
    for (unsigned round = 0; round < rounds; ++round) {
        const auto number = static_cast<std::uint32_t>(random() % subscribers);
        std::vector<Lease>& own = held[number];
        if (own.size() > 20) { // all but one go back, sometimes the last one too
            std::shuffle(own.begin(), own.end(), random);
            while (own.size() > random() % 2) {
                REQUIRE(pool.give_back(own.back().handle, tcp));
                own.pop_back();
            }
        }
        const auto expected = pool.foreseen(pool.foresee(subscriber(number), tcp));
        const auto lease = pool.take(subscriber(number), tcp);
        REQUIRE(lease);
        REQUIRE(pool.owner_of(lease->address, lease->port) == subscriber(number));
        foreseen += static_cast<unsigned>(expected && expected->handle == lease->handle);
        own.push_back(*lease);
    }
    CHECK(foreseen > rounds * 9 / 10); // a first block is never foreseen
    std::set<std::uint32_t> handles;
    for (const auto& [number, leases] : held)
        for (const Lease& lease : leases) {
            REQUIRE(handles.insert(lease.handle).second);
            REQUIRE(pool.give_back(lease.handle, tcp));
        }
    CHECK(pool.blocks_leased() == 0);
    CHECK(pool.subscribers() == 0);
}

TEST_CASE("a subscriber stays on one address as long as he holds a block")
{
    PortBlocks pool(settings(16), hasher());
    const auto leases = take_all(pool, subscriber(1), tcp, 3 * 64);
    REQUIRE(leases.size() == 3 * 64);
    std::set<std::uint32_t> handles;
    for (const Lease& lease : leases) {
        CHECK(lease.address == leases[0].address);
        CHECK(handles.insert(lease.handle).second);
    }
    CHECK(pool.blocks_leased() == 3);
}

TEST_CASE("each protocol has all the ports of a block")
{
    PortBlocks pool(settings(), hasher());
    std::set<std::uint32_t> handles;
    for (const std::uint8_t protocol : {tcp, udp, icmp4})
        for (const Lease& lease : take_all(pool, subscriber(1), protocol, 64))
            handles.insert(lease.handle);
    CHECK(handles.size() == 64);
    CHECK(pool.blocks_leased() == 1);
    CHECK(pool.take(subscriber(1), 132).error() == PortRefusal::protocol_without_ports);
    CHECK(pool.blocks_leased() == 1);
}

TEST_CASE("what is refused is refused by name")
{
    SECTION("a subscriber who holds all blocks he may")
    {
        PortBlocks pool(settings(), hasher());
        REQUIRE(take_all(pool, subscriber(1), tcp, 3 * 64).size() == 3 * 64);
        CHECK(pool.take(subscriber(1), tcp).error() == PortRefusal::subscriber_limit);
        CHECK(pool.take(subscriber(1), udp)); // the ports of other protocols are not used up
        CHECK(pool.take(subscriber(2), tcp));
    }
    SECTION("an address whose blocks are gone, though another has some")
    {
        PortBlocks pool(settings(2), hasher());
        std::map<std::uint32_t, std::uint64_t> holder; // one subscriber per address, with one block
        for (std::uint32_t i = 0; holder.size() < 2; ++i)
            holder.emplace(pool.take(subscriber(i), tcp).value().address, subscriber(i));
        // Others fill the first address up.
        const std::uint64_t stuck = holder.at(first_address);
        for (std::uint32_t i = 100; pool.blocks_leased() < pool.blocks(); ++i)
            if (!pool.take(subscriber(i), tcp)) break;
        const auto rest = take_all(pool, stuck, tcp, 64);
        CHECK(rest.size() == 63); // what his own block still had
        CHECK(pool.take(stuck, tcp).error() == PortRefusal::pool_exhausted);
    }
    SECTION("a new subscriber when no block is left")
    {
        PortBlocks pool(settings(1), hasher());
        for (std::uint32_t i = 0; i < 4; ++i)
            REQUIRE(pool.take(subscriber(i), tcp));
        CHECK(pool.take(subscriber(4), tcp).error() == PortRefusal::pool_exhausted);
    }
    SECTION("one subscriber more than the pool was made for")
    {
        auto few = settings(2);
        few.subscribers = 2;
        PortBlocks pool(few, hasher());
        REQUIRE(pool.take(subscriber(1), tcp));
        REQUIRE(pool.take(subscriber(2), tcp));
        CHECK(pool.take(subscriber(3), tcp).error() == PortRefusal::subscribers_exhausted);
        CHECK(pool.take(subscriber(1), tcp));
    }
    SECTION("anything from a pool without addresses")
    {
        PortBlocks pool(settings(0), hasher());
        CHECK(pool.take(subscriber(1), tcp).error() == PortRefusal::pool_exhausted);
        CHECK_FALSE(pool.give_back(0, tcp));
    }
}

TEST_CASE("a port comes back once, for the protocol it was leased for")
{
    PortBlocks pool(settings(), hasher());
    const Lease first = pool.take(subscriber(1), tcp).value();
    const Lease second = pool.take(subscriber(1), tcp).value();
    CHECK_FALSE(pool.give_back(first.handle, udp));
    CHECK_FALSE(pool.give_back(first.handle, 132));
    CHECK_FALSE(pool.give_back(~std::uint32_t{0}, tcp));
    CHECK_FALSE(pool.give_back(first_address + 9, first.port, tcp));
    CHECK(pool.give_back(first.handle, tcp));
    CHECK_FALSE(pool.give_back(first.handle, tcp));
    CHECK(pool.owner_of(first.address, first.port) == subscriber(1)); // the block is still his
    CHECK(pool.give_back(second.address, second.port, tcp));
    CHECK(pool.blocks_leased() == 0);
    CHECK(pool.subscribers() == 0);
    CHECK_FALSE(pool.owner_of(first.address, first.port));
}

TEST_CASE("a block that was freed is leased last")
{
    PortBlocks pool(settings(1), hasher());
    const Lease lease = pool.take(subscriber(1), tcp).value();
    REQUIRE(pool.give_back(lease.handle, tcp));
    for (std::uint32_t i = 2; i < 5; ++i) // the three that have rested longer
        CHECK(pool.take(subscriber(i), tcp).value().handle / 64 != lease.handle / 64);
    CHECK(pool.take(subscriber(5), tcp).value().handle / 64 == lease.handle / 64);
    CHECK(pool.owner_of(lease.address, lease.port) == subscriber(5));
}

TEST_CASE("the same inside address in two networks is two subscribers")
{
    PortBlocks pool(settings(), hasher());
    const Lease one = pool.take(subscriber(7, 1), tcp).value();
    const Lease other = pool.take(subscriber(7, 2), tcp).value();
    CHECK(one.handle / 64 != other.handle / 64);
    CHECK(pool.subscribers() == 2);
}

TEST_CASE("no two starting places follow from each other")
{
    auto large = settings(1);
    large.last_port = 65'535;
    large.block_size = 4'096;
    large.blocks_per_subscriber = 1;
    PortBlocks pool(large, hasher());
    unsigned next_to_another = 0;
    std::uint16_t last = 0;
    for (int i = 0; i < 100; ++i) {
        const std::uint16_t port = pool.take(subscriber(1), tcp).value().port;
        if (port == last + 1) ++next_to_another;
        last = port;
    }
    CHECK(next_to_another < 5);
}

TEST_CASE("a long random life leaks nothing and leases nothing twice")
{
    PortBlocks pool(settings(3), hasher());
    std::map<std::pair<std::uint32_t, std::uint8_t>, std::uint64_t> held; // (handle, protocol) → subscriber
    std::mt19937 random(6888);
    for (int i = 0; i < 50'000; ++i) {
        const std::uint64_t who = subscriber(static_cast<std::uint32_t>(random() % 12));
        const std::uint8_t protocol = std::array{tcp, udp, icmp4}[random() % 3];
        if (random() % 100 < 55) {
            if (const auto lease = pool.take(who, protocol)) {
                REQUIRE(held.emplace(std::pair(lease->handle, protocol), who).second);
                REQUIRE(pool.owner_of(lease->address, lease->port) == who);
            }
        } else if (!held.empty()) {
            const auto gone = std::next(held.begin(), static_cast<std::ptrdiff_t>(random() % held.size()));
            REQUIRE(pool.give_back(gone->first.first, gone->first.second));
            held.erase(gone);
        }
        std::set<std::uint32_t> blocks;
        std::map<std::uint64_t, std::set<std::uint32_t>> by_subscriber;
        if (i % 500 != 0) continue;
        for (const auto& [key, name] : held) {
            blocks.insert(key.first / 64);
            by_subscriber[name].insert(key.first / 64 / 4); // address
        }
        REQUIRE(pool.blocks_leased() == blocks.size());
        REQUIRE(pool.subscribers() == by_subscriber.size());
        for (const auto& [name, addresses] : by_subscriber)
            REQUIRE(addresses.size() == 1);
    }
    for (const auto& [key, name] : held)
        REQUIRE(pool.give_back(key.first, key.second));
    CHECK(pool.blocks_leased() == 0);
    CHECK(pool.subscribers() == 0);
}

TEST_CASE("threads that take and give back at once never hold one port together")
{
    PortBlocks pool(settings(4), hasher());
    std::vector<std::atomic<int>> holders(pool.blocks() * 64);
    std::atomic<bool> shared = false;
    const auto work = [&](unsigned seed) {
        std::mt19937 random(seed);
        std::vector<Lease> mine;
        for (int i = 0; i < 30'000; ++i) {
            if (random() % 2 == 0 || mine.empty()) {
                const auto lease = pool.take(subscriber(static_cast<std::uint32_t>(random() % 6)), tcp);
                if (!lease) continue;
                if (holders[lease->handle].fetch_add(1) != 0) shared = true;
                mine.push_back(*lease);
            } else {
                holders[mine.back().handle].fetch_sub(1);
                if (!pool.give_back(mine.back().handle, tcp)) shared = true;
                mine.pop_back();
            }
        }
        for (const Lease& lease : mine) {
            holders[lease.handle].fetch_sub(1);
            if (!pool.give_back(lease.handle, tcp)) shared = true;
        }
    };
    std::thread first(work, 1), second(work, 2);
    work(3);
    first.join();
    second.join();
    CHECK_FALSE(shared);
    CHECK(pool.blocks_leased() == 0);
    CHECK(pool.subscribers() == 0);
}

} // namespace sluice::table
