// Which of the arena's blocks a transaction took and which it replaced. Used by the table server's thread only; grows
// with the transaction.
//
// Readers of a map that was published keep seeing its blocks, so those that the next map replaced must outlive it. Each
// map holds its FibGeneration; a generation holds the one after it, and frees what that one replaced when it dies
// itself: after its own map and all maps before, in whatever order they go.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "dataplane/table/fib_arena.hpp"

namespace sluice::table {

struct FibBlock {
    std::uint32_t first = 0;
    std::uint32_t lines = 0;
};

class FibGeneration {
public:
    explicit FibGeneration(std::shared_ptr<FibArena> arena)
        : arena_(std::move(arena))
    {
    }
    ~FibGeneration();
    FibGeneration(const FibGeneration&) = delete;
    FibGeneration& operator=(const FibGeneration&) = delete;

    // `blocks` are free when this generation and all before it are gone. `next`: the one that followed, or, after a map
    // that was discarded, the one that it was made from.
    void end(std::vector<FibBlock> blocks, std::shared_ptr<FibGeneration> next);

private:
    std::shared_ptr<FibArena> arena_;
    std::vector<FibBlock> blocks_;
    std::shared_ptr<FibGeneration> next_;
};

class FibBlocks {
public:
    explicit FibBlocks(std::shared_ptr<FibArena> arena)
        : arena_(std::move(arena))
    {
    }

    [[nodiscard]] FibArena& arena() noexcept { return *arena_; }
    [[nodiscard]] std::uint32_t take(std::uint32_t lines); // throws bad_alloc
    void leave(std::uint32_t first, std::uint32_t lines);
    // Taken in the open transaction: nobody else can see it, so it may be changed in place.
    [[nodiscard]] bool is_fresh(std::uint32_t first) const { return fresh_.contains(first); }

    // The end of a transaction: what is free once the map before it is gone, or once its own map is.
    [[nodiscard]] std::vector<FibBlock> keep();
    [[nodiscard]] std::vector<FibBlock> drop();

private:
    std::shared_ptr<FibArena> arena_;
    std::unordered_map<std::uint32_t, std::uint32_t> fresh_; // first line → lines
    std::vector<FibBlock> replaced_;
};

} // namespace sluice::table
