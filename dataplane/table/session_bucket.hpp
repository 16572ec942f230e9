// One cache line of the session index: eight tags with their entries. Written by whoever inserts or unlinks, read by
// every worker without a lock; 64 bytes; when all eight slots are taken a key goes to the next bucket of its chain.
//
// The lock belongs to the keys whose home this bucket is, for which it makes "look, then insert" one step, and to the
// free slots: who claims one has it, also when the key's home is another bucket. A slot is freed without it.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>

#include "dataplane/table/epoch_lock.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace sluice::table {

struct alignas(64) SessionBucket {
    static constexpr unsigned slots = 8;

    // ThreadSanitizer sees a vector load as eight plain ones and would report what the hardware does not do.
#if defined(__SANITIZE_THREAD__) || !defined(__SSE2__)
    static constexpr bool vector_tags = false;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
    static constexpr bool vector_tags = false;
#else
    static constexpr bool vector_tags = true;
#endif
#else
    static constexpr bool vector_tags = true;
#endif

    // 0 = free. Released after the entry beside it, so a tag that was seen leads to an entry that is whole.
    alignas(16) std::array<std::atomic<std::uint16_t>, slots> tags{};
    EpochLock lock;
    std::atomic<std::uint32_t> passed_by{0}; // keys that found no place here and went on along their chain
    // 0 = free: fresh memory is an empty bucket.
    alignas(16) std::array<std::atomic<std::uint32_t>, slots> entries_plus_1{};

    // A bit per slot that has the tag.
    [[nodiscard]] unsigned matches(std::uint16_t tag) const
    {
        if constexpr (vector_tags) return matches_vector(tag);
        unsigned mask = 0;
        for (unsigned i = 0; i < slots; ++i)
            mask |= static_cast<unsigned>(tags[i].load(std::memory_order_acquire) == tag) << i;
        return mask;
    }

    // The entry in a slot, or `none` (all ones) when it was freed since the tag was seen.
    [[nodiscard]] std::uint32_t entry_at(unsigned slot) const
    {
        return entries_plus_1[slot].load(std::memory_order_acquire) - 1;
    }

    // Publishes an entry that is already whole: entry, then tag. False when all slots are taken. Precondition: the
    // caller has the lock; who withdraws needs it not.
    [[nodiscard]] bool claim(std::uint16_t tag, std::uint32_t entry)
    {
        const unsigned free = free_slots();
        if (free == 0) return false;
        const auto slot = static_cast<unsigned>(std::countr_zero(free));
        entries_plus_1[slot].store(entry + 1, std::memory_order_release);
        tags[slot].store(tag, std::memory_order_release);
        return true;
    }

    // Tag first, so that no new reader finds the slot; then the slot is free to claim. False when the entry is not
    // here.
    [[nodiscard]] bool withdraw(std::uint32_t entry)
    {
        for (unsigned slot = 0; slot < slots; ++slot) {
            if (entry_at(slot) != entry) continue;
            tags[slot].store(0, std::memory_order_release);
            entries_plus_1[slot].store(0, std::memory_order_release);
            return true;
        }
        return false;
    }

private:
    // A bit per slot.
    [[nodiscard]] unsigned free_slots() const
    {
        if constexpr (vector_tags) return free_slots_vector();
        unsigned mask = 0;
        for (unsigned i = 0; i < slots; ++i)
            mask |= static_cast<unsigned>(entries_plus_1[i].load(std::memory_order_acquire) == 0) << i;
        return mask;
    }

    [[nodiscard]] unsigned free_slots_vector() const
    {
#if defined(__SSE2__)
        const auto* quarter = reinterpret_cast<const __m128i*>(entries_plus_1.data());
        const __m128i first = _mm_cmpeq_epi32(_mm_load_si128(quarter), _mm_setzero_si128());
        const __m128i second = _mm_cmpeq_epi32(_mm_load_si128(quarter + 1), _mm_setzero_si128());
        std::atomic_signal_fence(std::memory_order_acquire);
        const __m128i free = _mm_packs_epi32(first, second);
        return static_cast<unsigned>(_mm_movemask_epi8(_mm_packs_epi16(free, _mm_setzero_si128())));
#else
        return 0;
#endif
    }

    // On x86 an aligned 16-byte load is acquire and never tears a tag; only the compiler must be told to keep the
    // order.
    [[nodiscard]] unsigned matches_vector(std::uint16_t tag) const
    {
#if defined(__SSE2__)
        const __m128i all = _mm_load_si128(reinterpret_cast<const __m128i*>(tags.data()));
        std::atomic_signal_fence(std::memory_order_acquire);
        const __m128i equal = _mm_cmpeq_epi16(all, _mm_set1_epi16(std::bit_cast<std::int16_t>(tag)));
        return static_cast<unsigned>(_mm_movemask_epi8(_mm_packs_epi16(equal, _mm_setzero_si128())));
#else
        return tag;
#endif
    }
};
static_assert(sizeof(SessionBucket) == 64);

} // namespace sluice::table
