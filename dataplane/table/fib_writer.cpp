// Every step writes a node out as 256 slots, changes them and packs them again, where that makes it shorter: one way
// for adding, replacing and removing, and the form follows from what the node says alone.
#include "dataplane/table/fib_writer.hpp"

#include <algorithm>
#include <cstring>

namespace sluice::table {
namespace {

constexpr unsigned node_bits = 8;
constexpr unsigned wide_depth = FibRoot::bits;
constexpr std::uint32_t wide_lines = sizeof(FibWideNode) / FibArena::line_bytes;
static_assert(sizeof(FibRoot) == FibArena::root_lines * FibArena::line_bytes);

constexpr std::uint32_t lines_for(std::size_t bytes)
{
    return static_cast<std::uint32_t>((bytes + FibArena::line_bytes - 1) / FibArena::line_bytes);
}

constexpr std::uint32_t packed_lines(unsigned runs)
{
    return lines_for(sizeof(FibPackedNode) + runs * sizeof(FibSlot));
}

// The arena gives 16 lines for nine, so that a flat node takes one more than a packed one of the same.
constexpr std::uint32_t flat_lines = lines_for(sizeof(FibFlatNode));
constexpr std::uint32_t most_packed_lines = 8;

template<class Node>
Node& node_at(FibArena& arena, FibSlot slot)
{
    return *reinterpret_cast<Node*>(arena.at(line_of(slot)));
}

// Of a node of bits 24 or deeper.
std::uint32_t lines_of(FibArena& arena, FibSlot slot)
{
    return is_flat(slot) ? flat_lines : packed_lines(node_at<FibPackedNode>(arena, slot).count());
}

void fill_gaps(FibFlatNode& node)
{
    for (unsigned i = 0; i < node.slots.size(); ++i)
        if ((node.gaps[i / 64] >> i % 64 & 1) != 0) node.slots[i] = node.own;
}

unsigned slot_number(const FibPrefix& prefix, unsigned depth)
{
    return depth == 0 ? static_cast<unsigned>(prefix.high >> (64 - FibRoot::bits)) : prefix.byte_at(depth);
}

// Whether it is decided in the node of `bits` at `depth` that it leads through, and not below.
bool begins_at(const FibPrefix& prefix, unsigned depth, unsigned bits)
{
    return prefix.length <= depth + bits;
}

// Calls visit(slot, prefixes) for each slot of a node below which something is changed. As they are sorted, those of
// one slot stand side by side, and those that begin in the node itself before those below.
template<class Visit>
void each_slot(FibWriter::Prefixes changed, unsigned depth, unsigned bits, Visit&& visit)
{
    while (!changed.empty()) {
        if (begins_at(changed.front(), depth, bits)) {
            changed = changed.subspan(1);
            continue;
        }
        const unsigned at = slot_number(changed.front(), depth);
        std::size_t count = 1;
        while (count < changed.size() && slot_number(changed[count], depth) == at)
            ++count;
        visit(at, changed.first(count));
        changed = changed.subspan(count);
    }
}

} // namespace

FibRootBlock FibWriter::make(const FibRib& rib)
{
    std::vector<FibPrefix> all;
    all.reserve(rib.size());
    rib.for_each([&](const FibPrefix& prefix, FibSlot) { all.push_back(prefix); });
    std::sort(all.begin(), all.end());
    return update({}, rib, all);
}

FibRootBlock FibWriter::update(FibRootBlock root, const FibRib& rib, Prefixes changed)
{
    if (rib.size() == 0) {
        clear(root);
        return {};
    }
    rib_ = &rib;
    root = writable(root);
    FibRoot& top = root_at(*root);
    for (const FibPrefix& prefix : changed) {
        if (!begins_at(prefix, 0, FibRoot::bits)) continue;
        const unsigned first = paint(prefix, 0, FibRoot::bits);
        for (std::size_t i = 0; i < painted_.size(); ++i) {
            top.values[first + i] = painted_[i];
            if (!is_node(top.slots[first + i])) top.slots[first + i] = painted_[i];
        }
    }
    each_slot(changed, 0, FibRoot::bits, [&](unsigned at, Prefixes below) {
        top.slots[at] = change(top.slots[at], top.values[at], wide_depth, below);
    });
    return root;
}

FibRoot& FibWriter::root_at(std::uint32_t line)
{
    return *reinterpret_cast<FibRoot*>(blocks_.arena().at(line));
}

FibRootBlock FibWriter::writable(FibRootBlock root)
{
    if (root && blocks_.is_fresh(*root)) return root;
    const std::uint32_t copy = blocks_.take(FibArena::root_lines);
    if (root) {
        std::memcpy(&root_at(copy), &root_at(*root), sizeof(FibRoot));
        blocks_.leave(*root, FibArena::root_lines);
    } else {
        root_at(copy).slots.fill(no_route);
        root_at(copy).values.fill(no_route);
    }
    return copy;
}

// What `slot` is to be, whose node, if any, is of `depth`.
FibSlot FibWriter::change(FibSlot slot, FibSlot own, unsigned depth, Prefixes changed)
{
    Node node = read(slot, own, depth);
    for (const FibPrefix& prefix : changed) {
        if (!begins_at(prefix, depth, node_bits)) continue;
        const unsigned first = paint(prefix, depth, node_bits);
        for (std::size_t i = 0; i < painted_.size(); ++i) {
            FibSlot& each = node.slots[first + i];
            each = is_node(each) ? with_own(each, painted_[i]) : painted_[i];
        }
    }
    each_slot(changed, depth, node_bits, [&](unsigned at, Prefixes below) {
        FibSlot& next = node.slots[at];
        next = change(next, own_of(next, next, depth + node_bits), depth + node_bits, below);
    });
    if (std::all_of(node.slots.begin(), node.slots.end(), [](FibSlot each) { return each == no_route; })) {
        if (is_node(slot)) leave(slot, depth);
        return node.own;
    }
    return write(node, slot, depth);
}

unsigned FibWriter::paint(const FibPrefix& changed, unsigned depth, unsigned bits)
{
    const auto count_of = [&](const FibPrefix& prefix) { return std::size_t{1} << (depth + bits - prefix.length); };
    const unsigned first = slot_number(changed, depth);
    painted_.assign(count_of(changed), rib_->covering(changed));
    rib_->for_each_within(changed, [&](const FibPrefix& prefix, FibSlot value) {
        std::fill_n(painted_.begin() + (slot_number(prefix, depth) - first), count_of(prefix), value);
    });
    return first;
}

FibWriter::Node FibWriter::read(FibSlot slot, FibSlot own, unsigned depth) const
{
    Node node;
    node.own = own;
    if (!is_node(slot)) {
        node.slots.fill(no_route);
    } else if (depth == wide_depth) {
        node.slots = node_at<FibWideNode>(blocks_.arena(), slot).slots;
    } else if (is_flat(slot)) {
        const auto& flat = node_at<FibFlatNode>(blocks_.arena(), slot);
        for (unsigned i = 0; i < node.slots.size(); ++i)
            node.slots[i] = (flat.gaps[i / 64] >> i % 64 & 1) != 0 ? no_route : flat.slots[i];
    } else {
        const auto& packed = node_at<FibPackedNode>(blocks_.arena(), slot);
        for (unsigned i = 0; i < node.slots.size(); ++i)
            node.slots[i] = packed.at(i);
    }
    return node;
}

FibSlot FibWriter::write(const Node& node, FibSlot slot, unsigned depth)
{
    return depth == wide_depth ? write_wide(node, slot) : write_packed(node, slot);
}

FibSlot FibWriter::write_wide(const Node& node, FibSlot slot)
{
    if (!is_node(slot) || !blocks_.is_fresh(line_of(slot))) {
        if (is_node(slot)) leave(slot, wide_depth);
        slot = first_node + blocks_.take(wide_lines);
    }
    node_at<FibWideNode>(blocks_.arena(), slot).slots = node.slots;
    return slot;
}

FibSlot FibWriter::write_packed(const Node& node, FibSlot slot)
{
    FibPackedNode head{};
    head.own = node.own;
    std::array<FibSlot, 256> runs;
    unsigned count = 0;
    for (unsigned i = 0; i < node.slots.size(); ++i) {
        if (i % 64 == 0) head.run_before[i / 64] = static_cast<std::uint8_t>(count);
        if (i != 0 && node.slots[i] == node.slots[i - 1]) continue;
        head.starts[i / 64] |= std::uint64_t{1} << i % 64;
        runs[count++] = node.slots[i];
    }
    if (packed_lines(count) > most_packed_lines) return write_flat(node, slot);
    slot = place(slot, packed_lines(count));
    auto& packed = node_at<FibPackedNode>(blocks_.arena(), slot);
    packed = head;
    std::memcpy(packed.runs(), runs.data(), count * sizeof(FibSlot));
    return slot;
}

FibSlot FibWriter::write_flat(const Node& node, FibSlot slot)
{
    slot = place(slot, flat_lines) | first_flat_node;
    auto& flat = node_at<FibFlatNode>(blocks_.arena(), slot);
    flat.slots = node.slots;
    flat.own = node.own;
    flat.gaps = {};
    for (unsigned i = 0; i < node.slots.size(); ++i)
        if (node.slots[i] == no_route) flat.gaps[i / 64] |= std::uint64_t{1} << i % 64;
    fill_gaps(flat);
    return slot;
}

// A block of `lines` lines for what `slot` leads to, which is to be overwritten: as of a packed node.
FibSlot FibWriter::place(FibSlot slot, std::uint32_t lines)
{
    if (is_node(slot)) {
        const std::uint32_t before = lines_of(blocks_.arena(), slot);
        const bool fits = FibArena::rounded(before) == FibArena::rounded(lines);
        if (fits && blocks_.is_fresh(line_of(slot))) return first_node + line_of(slot);
        blocks_.leave(line_of(slot), before);
    }
    return first_node + blocks_.take(lines);
}

FibSlot FibWriter::with_own(FibSlot slot, FibSlot own)
{
    if (is_flat(slot)) return flat_with_own(slot, own);
    const auto& before = node_at<FibPackedNode>(blocks_.arena(), slot);
    if (before.own == own) return slot;
    const std::uint32_t lines = packed_lines(before.count());
    const FibSlot copy = place(slot, lines);
    auto& packed = node_at<FibPackedNode>(blocks_.arena(), copy);
    if (copy != slot) std::memcpy(&packed, &before, sizeof before + before.count() * sizeof(FibSlot));
    packed.own = own;
    return copy;
}

FibSlot FibWriter::flat_with_own(FibSlot slot, FibSlot own)
{
    const auto& before = node_at<FibFlatNode>(blocks_.arena(), slot);
    if (before.own == own) return slot;
    const FibSlot copy = place(slot, flat_lines) | first_flat_node;
    auto& flat = node_at<FibFlatNode>(blocks_.arena(), copy);
    if (copy != slot) flat = before;
    flat.own = own;
    fill_gaps(flat);
    return copy;
}

FibSlot FibWriter::own_of(FibSlot slot, FibSlot own, unsigned depth) const
{
    if (!is_node(slot) || depth == wide_depth) return own;
    if (is_flat(slot)) return node_at<FibFlatNode>(blocks_.arena(), slot).own;
    return node_at<FibPackedNode>(blocks_.arena(), slot).own;
}

void FibWriter::leave(FibSlot slot, unsigned depth)
{
    blocks_.leave(line_of(slot), depth == wide_depth ? wide_lines : lines_of(blocks_.arena(), slot));
}

void FibWriter::clear(FibRootBlock root)
{
    if (!root) return;
    for (const FibSlot slot : root_at(*root).slots)
        clear(slot, wide_depth);
    blocks_.leave(*root, FibArena::root_lines);
}

void FibWriter::clear(FibSlot slot, unsigned depth)
{
    if (!is_node(slot)) return;
    for (const FibSlot each : read(slot, no_route, depth).slots)
        clear(each, depth + node_bits);
    leave(slot, depth);
}

} // namespace sluice::table
