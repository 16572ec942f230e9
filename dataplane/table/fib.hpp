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
// ones (more where neighbouring addresses differ, 1.1 KB at most). An IPv4 address is looked up as the first 32 bits.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "dataplane/base/prefetch.hpp"

namespace sluice::table {

// A value, `no_route`, or a node: from first_node on, the number of its first line in the arena.
using FibSlot = std::uint32_t;

inline constexpr FibSlot no_route = ~FibSlot{0};
inline constexpr FibSlot first_node = FibSlot{1} << 31; // values are below

[[nodiscard]] constexpr bool is_node(FibSlot slot) noexcept
{
    return slot - first_node < no_route - first_node;
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
        if (is_node(slot)) [[unlikely]] {
            const FibPackedNode& node = packed(slot);
            own = node.own;
            slot = node.at(host_order & 0xFF);
        }
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
        for (const std::uint8_t* byte = address + 3; is_node(slot); ++byte) { // the last byte leads to no node
            const FibPackedNode& node = packed(slot);
            if (node.own != no_route) own = node.own;
            slot = node.at(*byte);
        }
        if (slot != no_route) return slot;
        return own != no_route ? own : root_.values[top];
    }

    // Asks for the line that decides most lookups, for all addresses of a burst before the first is looked up.
    void prefetch4(std::uint32_t host_order) const noexcept
    {
        const FibSlot slot = root_.slots[host_order >> 16];
        if (is_node(slot)) prefetch_to_read(&wide(slot).slots[host_order >> 8 & 0xFF]);
    }
    // After that, for prefixes longer than 24 bits: their node, and where its slot stands if no two slots are equal.
    void prefetch4_deeper(std::uint32_t host_order) const noexcept
    {
        const FibSlot slot = root_.slots[host_order >> 16];
        if (is_node(slot)) prefetch_packed(wide(slot).slots[host_order >> 8 & 0xFF], host_order & 0xFF);
    }
    void prefetch6_deeper(const std::uint8_t* address) const noexcept
    {
        const FibSlot slot = root_.slots[top6(address)];
        if (is_node(slot)) prefetch_packed(wide(slot).slots[address[2]], address[3]);
    }
    void prefetch6(const std::uint8_t* address) const noexcept
    {
        const FibSlot slot = root_.slots[top6(address)];
        if (is_node(slot)) prefetch_to_read(&wide(slot).slots[address[2]]);
    }

private:
    static std::uint32_t top6(const std::uint8_t* address) noexcept
    {
        return static_cast<std::uint32_t>(address[0]) << 8 | address[1];
    }
    template<class Node>
    [[nodiscard]] const Node& node(FibSlot slot) const noexcept
    {
        constexpr std::size_t line_bytes = 64;
        return *reinterpret_cast<const Node*>(nodes_ + std::size_t{slot - first_node} * line_bytes);
    }
    [[nodiscard]] const FibWideNode& wide(FibSlot slot) const noexcept { return node<FibWideNode>(slot); }
    [[nodiscard]] const FibPackedNode& packed(FibSlot slot) const noexcept { return node<FibPackedNode>(slot); }
    void prefetch_packed(FibSlot slot, unsigned index) const noexcept
    {
        if (!is_node(slot)) return;
        prefetch_to_read(&packed(slot));
        prefetch_to_read(packed(slot).runs() + index);
    }

    const std::byte* nodes_;
    const FibRoot& root_;
};

} // namespace sluice::table
