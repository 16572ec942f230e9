// Maglev's population of the lookup table (NSDI 2016, section 3.4, pseudocode 1), with turns by weight.
#include "dataplane/table/maglev.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <string>

#include "dataplane/table/exact_map.hpp"

namespace sluice::table {
namespace {

constexpr std::uint16_t no_member = std::numeric_limits<std::uint16_t>::max();
constexpr std::uint64_t offset_salt = 0x6f66667365740000; // "offset"
constexpr std::uint64_t skip_salt = 0x736b697000000000;   // "skip"

// One member's permutation of the slots: offset, offset + skip, offset + 2 skip … modulo the prime size.
struct Walker {
    std::uint16_t member = 0;
    std::uint32_t at = 0;
    std::uint32_t skip = 0;
    std::uint64_t weight = 0;
    std::uint64_t credit = 0;
};

std::vector<std::uint16_t> by_identity(std::span<const RingMember> members)
{
    std::vector<std::uint16_t> order(std::min<std::size_t>(members.size(), no_member));
    std::iota(order.begin(), order.end(), std::uint16_t{0});
    std::erase_if(order, [&](std::uint16_t i) { return members[i].weight == 0; });
    std::sort(order.begin(), order.end(), [&](std::uint16_t a, std::uint16_t b) {
        return std::pair(members[a].identity, members[a].backend) < std::pair(members[b].identity, members[b].backend);
    });
    return order;
}

std::vector<Walker> walkers_of(std::span<const RingMember> members, std::uint32_t size)
{
    std::vector<Walker> walkers;
    for (const std::uint16_t i : by_identity(members)) {
        const auto offset = static_cast<std::uint32_t>(mix64(members[i].identity ^ offset_salt) % size);
        const auto skip = static_cast<std::uint32_t>(mix64(members[i].identity ^ skip_salt) % (size - 1) + 1);
        walkers.push_back({i, offset, skip, members[i].weight, 0});
    }
    return walkers;
}

void take_next_free(Walker& walker, std::vector<std::uint16_t>& ring)
{
    const std::uint64_t size = ring.size();
    while (ring[walker.at] != no_member)
        walker.at = static_cast<std::uint32_t>((std::uint64_t{walker.at} + walker.skip) % size);
    ring[walker.at] = walker.member;
}

} // namespace

// FNV-1a over the address's network-order bytes and the port's, then mixed, for FNV leaves the high bits weak.
std::uint64_t ring_identity(const IpAddress& address, std::uint16_t port)
{
    std::string bytes = address.packed();
    bytes += static_cast<char>(port >> 8);
    bytes += static_cast<char>(port & 0xFF);
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char byte : bytes)
        hash = (hash ^ static_cast<std::uint8_t>(byte)) * 0x100000001b3;
    return mix64(hash);
}

std::vector<std::uint16_t> build_ring(std::span<const RingMember> members, std::uint32_t size)
{
    std::vector<Walker> walkers = walkers_of(members, size);
    if (walkers.empty()) return {};
    const std::uint64_t heaviest =
        std::max_element(walkers.begin(), walkers.end(), [](auto& a, auto& b) { return a.weight < b.weight; })->weight;
    std::vector<std::uint16_t> ring(size, no_member);
    for (std::uint32_t filled = 0; filled < size;) {
        for (Walker& walker : walkers) {
            walker.credit += walker.weight;
            if (walker.credit < heaviest) continue; // a lighter member sits out until its weights add up to one turn
            walker.credit -= heaviest;
            take_next_free(walker, ring);
            if (++filled == size) break;
        }
    }
    return ring;
}

} // namespace sluice::table
