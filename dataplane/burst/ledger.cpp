// A sequence lock around relaxed atomics: no torn read is undefined behaviour, and a torn set of terms is read again.
#include "dataplane/burst/ledger.hpp"

#include <bit>
#include <utility>

namespace sluice {
namespace {

using enum std::memory_order;

using Array = std::array<std::uint64_t, reason_count>;
using AtomicArray = std::array<std::atomic<std::uint64_t>, reason_count>;

// The counters of `stages`, a bit for each.
void store(AtomicArray& into, const Array& from, std::uint32_t stages) noexcept
{
    for (; stages != 0; stages &= stages - 1) {
        const std::size_t first = static_cast<std::size_t>(std::countr_zero(stages)) * reasons_per_stage;
        for (std::size_t i = first; i < first + reasons_per_stage; ++i)
            into[i].store(from[i], relaxed);
    }
}

void load(Array& into, const AtomicArray& from) noexcept
{
    for (std::size_t i = 0; i < reason_count; ++i)
        into[i] = from[i].load(relaxed);
}

} // namespace

void Ledger::publish() noexcept
{
    const std::uint64_t sequence = sequence_.load(relaxed);
    sequence_.store(sequence + 1, relaxed);
    std::atomic_thread_fence(std::memory_order_release);
    published_.received.store(terms_.received, relaxed);
    published_.injected.store(terms_.injected, relaxed);
    published_.originated.store(terms_.originated, relaxed);
    published_.sent.store(terms_.sent, relaxed);
    published_.punted.store(terms_.punted, relaxed);
    published_.held.store(terms_.held, relaxed);
    store(published_.drops, terms_.drops, std::exchange(dropped_in_, 0));
    store(published_.consumed, terms_.consumed, std::exchange(consumed_in_, 0));
    sequence_.store(sequence + 2, std::memory_order_release);
}

LawTerms Ledger::read() const noexcept
{
    for (;;) {
        const std::uint64_t before = sequence_.load(std::memory_order_acquire);
        LawTerms terms;
        terms.received = published_.received.load(relaxed);
        terms.injected = published_.injected.load(relaxed);
        terms.originated = published_.originated.load(relaxed);
        terms.sent = published_.sent.load(relaxed);
        terms.punted = published_.punted.load(relaxed);
        terms.held = published_.held.load(relaxed);
        load(terms.drops, published_.drops);
        load(terms.consumed, published_.consumed);
        std::atomic_thread_fence(std::memory_order_acquire);
        if ((before & 1) == 0 && sequence_.load(relaxed) == before) return terms;
    }
}

} // namespace sluice
