// A lock-free stack of entry pairs, linked through the pairs themselves. Written by whoever takes or gives back a pair;
// 8 bytes; cannot fill, for each pair stands in one stack at most.
//
// The head carries a version beside the index, so that a pair taken and given back meanwhile is noticed (the ABA
// problem).
#pragma once

#include <atomic>
#include <cstdint>

#include "dataplane/table/session_entry.hpp"

namespace sluice::table {

class PairStack {
public:
    // `link(pair)`: the atomic 64-bit word of a pair that nobody uses while it is in the stack.
    template<class Link>
    void push(std::uint32_t pair, Link&& link)
    {
        std::uint64_t head = head_.load(std::memory_order_relaxed);
        do
            link(pair).store(index_of(head), std::memory_order_relaxed);
        while (!head_.compare_exchange_weak(head, next_version(head, pair), std::memory_order_acq_rel));
    }

    template<class Link>
    [[nodiscard]] std::uint32_t pop(Link&& link)
    {
        std::uint64_t head = head_.load(std::memory_order_acquire);
        while (index_of(head) != none) {
            const auto next = static_cast<std::uint32_t>(link(index_of(head)).load(std::memory_order_relaxed));
            if (head_.compare_exchange_weak(head, next_version(head, next), std::memory_order_acq_rel))
                return index_of(head);
        }
        return none;
    }

    // Forgets what is in it. Precondition: nobody else uses it.
    void clear() { head_.store(none, std::memory_order_relaxed); }

    // What pop() would give, just now: to fetch its memory ahead.
    [[nodiscard]] std::uint32_t top() const { return index_of(head_.load(std::memory_order_relaxed)); }

private:
    [[nodiscard]] static std::uint32_t index_of(std::uint64_t head) { return static_cast<std::uint32_t>(head); }
    [[nodiscard]] static std::uint64_t next_version(std::uint64_t head, std::uint32_t pair)
    {
        return ((head >> 32) + 1) << 32 | pair;
    }

    std::atomic<std::uint64_t> head_{none};
};

} // namespace sluice::table
