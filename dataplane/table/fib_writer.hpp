// Changing a forwarding trie: what a transaction touches is copied once and changed in place from then on; the trie
// before stays whole. Used by the table server's thread only; throws bad_alloc when the arena is full.
//
// Cost of one prefix: the root's copy, once per transaction (512 KB, about 50 µs), and one node per 8 bits of its
// length. A prefix that covers n slots of its node touches up to n nodes below that one, and no other. Prefixes that
// are changed together share the nodes: each is read and written once.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "dataplane/table/fib.hpp"
#include "dataplane/table/fib_blocks.hpp"
#include "dataplane/table/fib_rib.hpp"

namespace sluice::table {

// The first line of a FibRoot, or nothing while there is no prefix.
using FibRootBlock = std::optional<std::uint32_t>;

class FibWriter {
public:
    explicit FibWriter(FibBlocks& blocks)
        : blocks_(blocks)
    {
    }

    using Prefixes = std::span<const FibPrefix>; // sorted, each once

    // The root of the trie that says about `changed`, which were put into `rib` or erased from it, what `rib` says.
    // About all other prefixes `root` says it already.
    [[nodiscard]] FibRootBlock update(FibRootBlock root, const FibRib& rib, Prefixes changed);
    // A trie of all of `rib`.
    [[nodiscard]] FibRootBlock make(const FibRib& rib);
    // Gives all of a trie's blocks back.
    void clear(FibRootBlock root);

private:
    // A node of any kind, written out.
    struct Node {
        std::array<FibSlot, 256> slots;
        FibSlot own;
    };

    [[nodiscard]] FibRoot& root_at(std::uint32_t line);
    [[nodiscard]] FibRootBlock writable(FibRootBlock root);
    [[nodiscard]] FibSlot change(FibSlot slot, FibSlot own, unsigned depth, Prefixes changed);
    [[nodiscard]] Node read(FibSlot slot, FibSlot own, unsigned depth) const;
    [[nodiscard]] FibSlot write(const Node& node, FibSlot slot, unsigned depth);
    [[nodiscard]] FibSlot write_wide(const Node& node, FibSlot slot);
    [[nodiscard]] FibSlot write_packed(const Node& node, FibSlot slot);
    [[nodiscard]] FibSlot write_flat(const Node& node, FibSlot slot);
    [[nodiscard]] FibSlot with_own(FibSlot slot, FibSlot own);
    [[nodiscard]] FibSlot flat_with_own(FibSlot slot, FibSlot own);
    [[nodiscard]] FibSlot own_of(FibSlot slot, FibSlot own, unsigned depth) const;
    [[nodiscard]] FibSlot place(FibSlot slot, std::uint32_t lines);
    void leave(FibSlot slot, unsigned depth);
    void clear(FibSlot slot, unsigned depth);
    // Fills painted_ with the values of the slots that `changed` covers in its node, and gives the first of them.
    unsigned paint(const FibPrefix& changed, unsigned depth, unsigned bits);

    FibBlocks& blocks_;
    const FibRib* rib_ = nullptr;
    std::vector<FibSlot> painted_;
};

} // namespace sluice::table
