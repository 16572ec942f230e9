#include "dataplane/table/fib_blocks.hpp"

#include <utility>

namespace sluice::table {

FibGeneration::~FibGeneration()
{
    for (const FibBlock& block : blocks_)
        arena_->free(block.first, block.lines);
    // One after the other: a long chain must not become a deep recursion.
    std::shared_ptr<FibGeneration> rest = std::move(next_);
    while (rest && rest.use_count() == 1) {
        std::shared_ptr<FibGeneration> following = std::move(rest->next_);
        rest = std::move(following);
    }
}

void FibGeneration::end(std::vector<FibBlock> blocks, std::shared_ptr<FibGeneration> next)
{
    blocks_ = std::move(blocks);
    next_ = std::move(next);
}

std::uint32_t FibBlocks::take(std::uint32_t lines)
{
    const std::uint32_t first = arena_->allocate(lines);
    fresh_.emplace(first, lines);
    return first;
}

void FibBlocks::leave(std::uint32_t first, std::uint32_t lines)
{
    if (fresh_.erase(first) == 1)
        arena_->free(first, lines);
    else
        replaced_.push_back({first, lines});
}

std::vector<FibBlock> FibBlocks::keep()
{
    fresh_.clear();
    return std::exchange(replaced_, {});
}

std::vector<FibBlock> FibBlocks::drop()
{
    std::vector<FibBlock> blocks;
    for (const auto& [first, lines] : fresh_)
        blocks.push_back({first, lines});
    fresh_.clear();
    replaced_.clear();
    return blocks;
}

} // namespace sluice::table
