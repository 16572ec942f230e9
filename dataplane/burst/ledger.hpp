// The counter law's terms of one worker: received + injected + originated = sent + drops + punted + consumed + held.
// Written by the worker only, on lines of its own; published once per burst under a sequence number, so that a reader
// always sees the sums of whole bursts. Each term is counted where it happens; none is derived from the others.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "dataplane/burst/reasons.hpp"

namespace sluice {

struct LawTerms {
    std::uint64_t received = 0;
    std::uint64_t injected = 0;
    std::uint64_t originated = 0;
    std::uint64_t sent = 0;
    std::uint64_t punted = 0;
    std::uint64_t held = 0; // a level, not a count: packets waiting now
    std::array<std::uint64_t, reason_count> drops{};
    std::array<std::uint64_t, reason_count> consumed{};

    [[nodiscard]] std::uint64_t dropped() const noexcept { return sum(drops); }
    [[nodiscard]] std::uint64_t consumed_total() const noexcept { return sum(consumed); }
    [[nodiscard]] bool balanced() const noexcept
    {
        return received + injected + originated == sent + dropped() + punted + consumed_total() + held;
    }

private:
    static std::uint64_t sum(const std::array<std::uint64_t, reason_count>& counters) noexcept
    {
        std::uint64_t total = 0;
        for (const std::uint64_t counter : counters)
            total += counter;
        return total;
    }
};

class Ledger {
public:
    // The worker's own view. `drop` and `consume` note in which stages the long arrays have news.
    void receive(std::uint64_t packets) noexcept { terms_.received += packets; }
    void inject(std::uint64_t packets) noexcept { terms_.injected += packets; }
    void originate() noexcept { ++terms_.originated; }
    void send(std::uint64_t packets) noexcept { terms_.sent += packets; }
    void punt() noexcept { ++terms_.punted; }
    void hold() noexcept { ++terms_.held; }
    void unhold() noexcept { --terms_.held; }
    void drop(std::uint8_t flat) noexcept
    {
        ++terms_.drops[flat];
        dropped_in_ |= 1U << flat / reasons_per_stage;
    }
    void consume(std::uint8_t flat) noexcept
    {
        ++terms_.consumed[flat];
        consumed_in_ |= 1U << flat / reasons_per_stage;
    }

    // After each burst, when nothing of it is left in the worker's hands. Cost: one line, and a stage's counters after
    // a drop there.
    void publish() noexcept;
    // From any thread: the terms after some whole burst. Retries while the worker publishes.
    [[nodiscard]] LawTerms read() const noexcept;
    [[nodiscard]] const LawTerms& own() const noexcept { return terms_; } // the worker itself, and tests

private:
    alignas(64) LawTerms terms_;
    std::uint32_t dropped_in_ = 0;  // stages, a bit for each
    std::uint32_t consumed_in_ = 0; // the same
    alignas(64) mutable std::atomic<std::uint64_t> sequence_{0};
    struct Published {
        std::atomic<std::uint64_t> received, injected, originated, sent, punted, held;
        std::array<std::atomic<std::uint64_t>, reason_count> drops, consumed;
    } published_{};
};

} // namespace sluice
