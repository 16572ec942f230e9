// Longest prefix match in one network of many routes: a trie whose root has a slot per 16 address bits and whose nodes
// have one per 8 bits more. Nodes never change once a worker can see them: a transaction copies those it touches
// (fib_writer.hpp) and the workers find the new root with the next snapshot. Reading never fails and writes nothing.
//
// A slot holds the value of the longest prefix that covers it *and begins in the same node*, or leads to a node below.
// So a default route stands in the root only, and changing it touches no node. The price is paid by addresses that fall
// into a gap of a node: they take the value that the slot above would have without the node (`own`, in the root
// `values`).
//
//     10.0.0.0/8 → 1, 10.1.2.0/24 → 2         root slots[0x0A01] → wide node, values[0x0A01] = 1
//     10.1.2.7:  root → node, slot 2 → 2      wide node: slots[2] = 2, all others no_route
//     10.1.3.7:  root → node, slot 3, a gap → values[0x0A01] → 1
//
// Memory: 512 KB for the root, 1 KB per /16 that has longer prefixes, 64 bytes per /24, /32, … /120 that has longer
// ones (more where neighbouring addresses differ, 1.1 KB at most, and then a lookup reads one line of it, not two). An
// IPv4 address is looked up as the first 32 bits.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "dataplane/base/prefetch.hpp"

namespace sluice::table {

// A value, `no_route`, or a node: from first_node on, the number of its first line in the arena; from first_flat_node
// on, of a flat one.
using FibSlot = std::uint32_t;

inline constexpr FibSlot no_route = ~FibSlot{0};
inline constexpr FibSlot first_node = FibSlot{1} << 31; // values are below
inline constexpr FibSlot first_flat_node = first_node + (FibSlot{1} << 30);

[[nodiscard]] constexpr bool is_node(FibSlot slot) noexcept
{
    return slot - first_node < no_route - first_node;
}

[[nodiscard]] constexpr bool is_flat(FibSlot node) noexcept
{
    return node >= first_flat_node;
}

// A node's first line in the arena.
[[nodiscard]] constexpr std::uint32_t line_of(FibSlot node) noexcept
{
    return node & (first_flat_node - first_node - 1);
}

struct FibRoot {
    static constexpr unsigned bits = 16;
    std::array<FibSlot, 1U << bits> slots;
    std::array<FibSlot, 1U << bits> values; // the slot's own value, also where it leads to a node
};

// Of bits 16..23: its value above stands in the root.
struct FibWideNode {
    std::array<FibSlot, 256> slots;
};

// Of bits 24 and deeper: runs of equal slots are written once, right behind this head; six fit into its cache line.
struct FibPackedNode {
    std::array<std::uint64_t, 4> starts;    // bit i: slot i differs from the one before; slot 0 starts a run
    std::array<std::uint8_t, 4> run_before; // of each word: the runs that start in the words before
    FibSlot own;                            // the value of the slot above, if this node were not there

    [[nodiscard]] FibSlot* runs() noexcept { return reinterpret_cast<FibSlot*>(this + 1); }
    [[nodiscard]] const FibSlot* runs() const noexcept { return reinterpret_cast<const FibSlot*>(this + 1); }
    [[nodiscard]] unsigned count() const noexcept
    {
        return run_before[3] + static_cast<unsigned>(std::popcount(starts[3]));
    }
    [[nodiscard]] FibSlot at(unsigned index) const noexcept
    {
        const unsigned word = index / 64;
        const std::uint64_t up_to = starts[word] & ~std::uint64_t{0} >> (63 - index % 64);
        return runs()[run_before[word] + static_cast<unsigned>(std::popcount(up_to)) - 1];
    }
};
static_assert(sizeof(FibPackedNode) == 40);

// Of bits 24 and deeper, where so many neighbours differ that packing saves nothing. Gaps hold `own` already, so that
// it is asked for only where a node below has none.
struct FibFlatNode {
    std::array<FibSlot, 256> slots;
    std::array<std::uint64_t, 4> gaps; // bit i: nothing that begins in this node covers slot i
    FibSlot own;
};

// A trie as a worker reads it.
class Fib {
public:
    Fib(const std::byte* nodes, const FibRoot& root) noexcept
        : nodes_(nodes)
        , root_(root)
    {
    }

    // The value of the longest prefix that holds the address, or no_route. About 2 / 6 / 20 cycles with 1k / 64k / 1M
    // routes when the burst has been prefetched.
    [[nodiscard]] FibSlot find4(std::uint32_t host_order) const noexcept
    {
        const std::uint32_t top = host_order >> 16;
        FibSlot slot = root_.slots[top];
        if (!is_node(slot)) return slot;
        slot = wide(slot).slots[host_order >> 8 & 0xFF];
        FibSlot own = no_route;
        if (is_node(slot)) [[unlikely]]
            slot = step(slot, host_order & 0xFF, own);
        if (slot != no_route) [[likely]]
            return slot;
        return own != no_route ? own : root_.values[top];
    }

    // The 16 bytes of an address.
    [[nodiscard]] FibSlot find6(const std::uint8_t* address) const noexcept
    {
        const std::uint32_t top = top6(address);
        FibSlot slot = root_.slots[top];
        if (!is_node(slot)) return slot;
        slot = wide(slot).slots[address[2]];
        FibSlot own = no_route;
        for (const std::uint8_t* byte = address + 3; is_node(slot); ++byte) // the last byte leads to no node
            slot = step(slot, *byte, own);
        if (slot != no_route) return slot;
        return own != no_route ? own : root_.values[top];
    }

    // Asks for the line that decides most lookups, for all addresses of a burst before the first is looked up.
    void prefetch4(std::uint32_t host_order) const noexcept
    {
        const FibSlot slot = root_.slots[host_order >> 16];
        if (is_node(slot)) prefetch_to_read(&wide(slot).slots[host_order >> 8 & 0xFF]);
    }
    void prefetch6(const std::uint8_t* address) const noexcept
    {
        const FibSlot slot = root_.slots[top6(address)];
        if (is_node(slot)) prefetch_to_read(&wide(slot).slots[address[2]]);
    }

    // The same lookups in steps, each made for all addresses of a burst before the next, for it asks for what that one
    // reads. First the slot of 24 bits, of IPv6 of 32: the nodes above stay near, for a million prefixes have few.
    [[nodiscard]] FibSlot begin4(std::uint32_t host_order) const noexcept
    {
        FibSlot slot = root_.slots[host_order >> 16];
        if (is_node(slot)) slot = wide(slot).slots[host_order >> 8 & 0xFF];
        prefetch_slot(slot, host_order & 0xFF);
        return slot;
    }
    [[nodiscard]] FibSlot begin6(const std::uint8_t* address) const noexcept
    {
        FibSlot slot = root_.slots[top6(address)];
        if (is_node(slot)) slot = wide(slot).slots[address[2]];
        if (is_node(slot)) slot = step(slot, address[3]);
        prefetch_slot(slot, address[4]);
        return slot;
    }
    // Then that of 40 bits.
    [[nodiscard]] FibSlot go_on6(FibSlot slot, const std::uint8_t* address) const noexcept
    {
        if (is_node(slot)) slot = step(slot, address[4]);
        prefetch_slot(slot, address[5]);
        return slot;
    }
    // Then all of it. In a gap what stands above counts: asked from the beginning.
    [[nodiscard]] FibSlot end4(FibSlot slot, std::uint32_t host_order) const noexcept
    {
        if (is_node(slot)) slot = step(slot, host_order & 0xFF);
        return slot != no_route ? slot : find4(host_order);
    }
    [[nodiscard]] FibSlot end6(FibSlot slot, const std::uint8_t* address) const noexcept
    {
        for (const std::uint8_t* byte = address + 5; is_node(slot); ++byte)
            slot = step(slot, *byte);
        return slot != no_route ? slot : find6(address);
    }

private:
    static std::uint32_t top6(const std::uint8_t* address) noexcept
    {
        return static_cast<std::uint32_t>(address[0]) << 8 | address[1];
    }
    // One step down from a node of bits 24 or deeper. `own` becomes its own value, if it has one to be taken.
    [[nodiscard]] FibSlot step(FibSlot slot, unsigned index, FibSlot& own) const noexcept
    {
        if (is_flat(slot)) {
            const FibFlatNode& node = flat(slot);
            const FibSlot next = node.slots[index];
            if (is_node(next) && node.own != no_route) own = node.own; // for the gaps of that one
            return next;
        }
        const FibPackedNode& node = packed(slot);
        if (node.own != no_route) own = node.own;
        return node.at(index);
    }
    [[nodiscard]] FibSlot step(FibSlot slot, unsigned index) const noexcept
    {
        return is_flat(slot) ? flat(slot).slots[index] : packed(slot).at(index);
    }
    template<class Node>
    [[nodiscard]] const Node& node(FibSlot slot) const noexcept
    {
        constexpr std::size_t line_bytes = 64;
        return *reinterpret_cast<const Node*>(nodes_ + std::size_t{line_of(slot)} * line_bytes);
    }
    [[nodiscard]] const FibWideNode& wide(FibSlot slot) const noexcept { return node<FibWideNode>(slot); }
    [[nodiscard]] const FibPackedNode& packed(FibSlot slot) const noexcept { return node<FibPackedNode>(slot); }
    [[nodiscard]] const FibFlatNode& flat(FibSlot slot) const noexcept { return node<FibFlatNode>(slot); }
    void prefetch_slot(FibSlot slot, unsigned index) const noexcept
    {
        if (!is_node(slot)) return;
        if (is_flat(slot)) return prefetch_to_read(&flat(slot).slots[index]);
        prefetch_to_read(&packed(slot));
        prefetch_to_read(packed(slot).runs() + index);
    }

    const std::byte* nodes_;
    const FibRoot& root_;
};

} // namespace sluice::table
