// The sessions of the process: two directed entries per translated flow. Written by workers (new flows) and by ageing
// (ended ones), read by every worker without a lock; 176 bytes per IPv4 and 304 per IPv6 session; when full, insert()
// says `full`.
//
// Entries come in pairs: 2n is the forward direction of session n, 2n + 1 the reverse, so the partner of entry i is i
// ^ 1. The index over them is a table of one-line buckets, half full at capacity. A key has a home bucket, and a chain
// of further ones that is followed only as far as a bucket says that keys passed it by; at half load one lookup in 20
// leaves its home.
//
// The life of a pair: taken → live → unlinked → (grace period) → free. unlink() ends the first part and whoever calls
// it waits until every worker has passed a quiescent state, then calls release(). A pair that lost a race in insert()
// is *undone*: its reverse was visible for a moment, so it needs the same grace period; take_undone() hands such pairs
// to ageing. A worker that ends a session leaves it: ageing meets such a pair in its walk, and waits for it.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "dataplane/base/hash.hpp"
#include "dataplane/base/prefetch.hpp"
#include "dataplane/table/pair_reserve.hpp"
#include "dataplane/table/pair_stack.hpp"
#include "dataplane/table/region.hpp"
#include "dataplane/table/session_bucket.hpp"
#include "dataplane/table/session_entry.hpp"

namespace sluice::table {

enum class Insert : std::uint8_t {
    inserted,         // `entry`: the new forward entry
    exists,           // another worker was first; `entry`: the winner's forward entry
    reverse_conflict, // the answer's key belongs to another session; `entry`: that one. Try another port or backend
    full              // no pair, or no place in the index, is free
};

struct Inserted {
    Insert result = Insert::full;
    std::uint32_t entry = none;
};

template<class Key>
class SessionTable {
public:
    // `pairs`: sessions, 1 to 2^31 - 2. `tick_shift`: last_seen counts in 2^tick_shift cycles of the clock (20: 0.4 ms
    // at 2.6 GHz; the 32 bits then wrap after 20 days, which the difference of two ticks survives).
    // Its region is new; throws std::bad_alloc when the machine has no memory for it, which happens at start only.
    SessionTable(std::uint32_t pairs, const Hasher& hasher, unsigned tick_shift = 20);
    // The sessions of the region behind `descriptor`, which stays the caller's. What dead processes have left half done
    // is undone first, and the owners of what they had ended are told by take_undone().
    [[nodiscard]] static Result<std::unique_ptr<SessionTable>> attach(int descriptor);
    SessionTable(const SessionTable&) = delete;
    SessionTable& operator=(const SessionTable&) = delete;

    // Names the region to another process.
    [[nodiscard]] int descriptor() const { return region_.descriptor(); }

    [[nodiscard]] std::uint64_t hash(const Key& key) const;
    [[nodiscard]] std::uint32_t tick(std::uint64_t tsc) const { return static_cast<std::uint32_t>(tsc >> tick_shift_); }

    [[nodiscard]] unsigned tick_shift() const { return tick_shift_; }

    // hash() of many keys: key(i) points to the i-th, take(i, hash) gets its hash.
    template<class KeyOf, class Take>
    void hash_each(unsigned count, KeyOf&& key, Take&& take) const
    {
        hasher_.template each<sizeof(Key) / 16>(count, key, take);
    }

    // A burst's three passes: prefetch_bucket, prefetch_entry(candidate), find.
    void prefetch_bucket(std::uint64_t hash) const { prefetch_to_read(&buckets_[chain(hash).home]); }
    void prefetch_bucket_to_write(std::uint64_t hash) const { prefetch_to_write(&buckets_[chain(hash).home]); }
    // The first entry with this tag at home; `none`: ask further; `absent`: find() would not find it either.
    [[nodiscard]] std::uint32_t candidate(std::uint64_t hash) const;
    void prefetch_entry(std::uint32_t entry) const; // all of these are allowed

    // The entry that has this key, or none. Keys never move, so a miss means: absent at some moment of the call.
    [[nodiscard]] std::uint32_t find(const Key& key, std::uint64_t hash) const;
    // The same under the bucket's lock: asked again after a miss, before the policy runs.
    [[nodiscard]] std::uint32_t find_locked(const Key& key, std::uint64_t hash);

    [[nodiscard]] bool is_live(std::uint32_t pair) const { return state(pair) == PairState::live; }
    [[nodiscard]] Entry<Key>& entry(std::uint32_t index) { return entries_[index]; }
    [[nodiscard]] const Entry<Key>& entry(std::uint32_t index) const { return entries_[index]; }
    [[nodiscard]] Cold& cold(std::uint32_t entry_index) { return cold_[entry_index >> 1]; }
    [[nodiscard]] const Cold& cold(std::uint32_t entry_index) const { return cold_[entry_index >> 1]; }

    // Makes the session visible, reverse first. The caller stays the owner of port and backend unless the result is
    // `inserted`. `own`: the worker's; size() knows the session when that is settled.
    [[nodiscard]] Inserted insert(const Pair<Key>& pair, PairReserve& own)
    {
        return insert(pair, hash(pair.forward.key), own);
    }
    // The same with hash(pair.forward.key), where that is known.
    [[nodiscard]] Inserted insert(const Pair<Key>& pair, std::uint64_t forward_hash, PairReserve& own);
    // The same in two steps, each in one piece, as a worker takes many of them. First a pair that has all of this and
    // that nobody sees; `none`: no pair is free.
    [[nodiscard, gnu::flatten]] std::uint32_t prepare(const Pair<Key>& pair, PairReserve& own);
    // Then, with the hashes of its keys. Whatever but `inserted` has taken the pair back.
    [[nodiscard, gnu::flatten]] Inserted publish(std::uint32_t pair, std::uint64_t forward_hash,
                                                 std::uint64_t reverse_hash, PairReserve& own);
    // Or not: of one that was prepared and never published.
    void take_back(std::uint32_t pair, PairReserve& own);
    // Pairs for `wanted` inserts (PairReserve::most_wanted at most), as far as there are free ones, and their memory on
    // its way.
    [[gnu::noinline]] void stock(PairReserve& own, unsigned wanted);
    // At the end of a burst, before anybody can end what was begun in it.
    void settle(PairReserve& own);
    // The worker leaves: others may have its pairs.
    void give_up(PairReserve& own);

    // Takes both directions out of the index. True: the caller owes release() after a grace period. False: not live
    // (any more).
    [[nodiscard]] bool unlink(std::uint32_t pair);
    // The same by a worker, which waits for nobody: whoever take_left() tells so owes release() and what the session
    // owned.
    bool leave(std::uint32_t pair);
    [[nodiscard]] bool take_left(std::uint32_t pair);
    // Precondition: unlinked or undone, and a grace period has passed since. Anything else ends the process. Best
    // `family` of them together, for the list of free ones is shared.
    void release(std::span<const std::uint32_t> pairs);
    static constexpr std::size_t family = PairReserve::most_wanted;
    // Ahead of unlink(), so that it does not wait for memory; the pair's entries should be near already.
    void prefetch_unlink(std::uint32_t pair) const;
    // visit(pair) for each pair undone since the last call, `most` of them; the caller owes release() for each, and
    // what its session owned when it has_ended(): a process that ended it died before it could give that back.
    template<class Visit>
    void take_undone(Visit&& visit, std::uint32_t most = ~std::uint32_t{0});

    [[nodiscard]] bool has_ended(std::uint32_t pair) const { return state(pair) == PairState::unlinked; }

    [[nodiscard]] std::uint32_t size() const { return header_->live.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint32_t capacity() const { return static_cast<std::uint32_t>(cold_.size()); }
    [[nodiscard]] std::uint32_t high_water() const; // pairs ever used: no pair at or above it is live
    [[nodiscard]] std::size_t bytes() const { return header_->bytes; }

    // For a walk that reads a pair's forward entry soon; any number is allowed.
    void prefetch_scan(std::uint32_t pair) const { prefetch_entry(2 * std::min(pair, capacity() - 1)); }
    // visit(pair) for each live pair of [first_pair, first_pair + count). It may unlink the pair.
    template<class Visit>
    void scan(std::uint32_t first_pair, std::uint32_t count, Visit&& visit);

private:
    friend struct HalfMade; // a test's: stops in the middle of insert()

    using Dead = std::bitset<256>; // epochs

    static constexpr unsigned chain_length = 8;    // at half load a key needs more than 6 once in 10^8
    static constexpr std::uint32_t scan_ahead = 8; // pairs; covers one miss to memory

    // Where a hash leads: the low 32 bits choose the home, the next 16 the step to the other buckets, the top 16 the
    // tag.
    struct Chain {
        std::uint32_t home;
        std::uint32_t step;
        std::uint16_t tag;
    };

    [[nodiscard]] Chain chain(std::uint64_t hash) const;
    [[nodiscard]] std::uint32_t find(const Key& key, const Chain& at) const;
    [[nodiscard]] std::uint32_t following(std::uint32_t bucket, const Chain& chain) const;
    // A part of the region.
    template<class T>
    struct Section {
        T* data;
        std::size_t count;
        [[nodiscard]] T& operator[](std::size_t index) const { return data[index]; }
        [[nodiscard]] std::size_t size() const { return count; }
    };
    // The lock of a home bucket, for a block.
    class Home {
    public:
        Home(SessionTable& table, std::uint32_t bucket)
            : lock_(table.buckets_[bucket].lock)
        {
            if (!lock_.try_lock(table.region_.epoch())) table.wait_for(lock_);
        }
        ~Home() { lock_.unlock(); }
        Home(const Home&) = delete;
        Home& operator=(const Home&) = delete;

    private:
        EpochLock& lock_;
    };

    explicit SessionTable(Region region);
    [[nodiscard]] PairState state(std::uint32_t pair) const
    {
        return entries_[2 * pair].status.load(std::memory_order_acquire).state;
    }
    void set_state(std::uint32_t pair, PairState state)
    {
        entries_[2 * pair].status.store({state, region_.epoch()}, std::memory_order_release);
    }
    [[gnu::noinline]] void wait_for(EpochLock& lock);
    void recover();
    void recover(const Dead& dead);
    void recover_pair(std::uint32_t pair, PairState was, const Dead& dead);
    void withdraw_if_present(std::uint32_t entry, const Dead& dead);
    [[nodiscard]] bool withdraw_held(const Chain& chain, std::uint32_t entry);
    void count_pairs();
    [[nodiscard]] std::uint32_t take_pair(PairReserve& own);
    void take_fresh(PairReserve& own, unsigned count);
    [[gnu::noinline]] void look_into(std::uint32_t pair, PairReserve& own);
    void push_free(std::span<const std::uint32_t> pairs);
    void push_family(std::span<const std::uint32_t> pairs);
    [[nodiscard]] std::atomic<std::uint64_t>& carried(std::uint32_t pair, std::size_t word);
    void prefetch_pair(std::uint32_t pair) const;
    void fill(std::uint32_t pair, const Pair<Key>& content);
    void fill(Entry<Key>& entry, const Translation<Key>& action, std::uint32_t now);
    [[nodiscard]] Inserted publish_entry(std::uint32_t entry, std::uint64_t key_hash);
    [[nodiscard]] bool place(const Chain& chain, std::uint32_t entry);
    [[nodiscard, gnu::noinline]] bool place_further(const Chain& chain, std::uint32_t entry);
    [[nodiscard]] bool change_state(std::uint32_t pair, PairState from, PairState to);
    [[nodiscard]] bool unlink(std::uint32_t pair, PairState then);
    void withdraw(std::uint32_t entry);
    [[gnu::noinline]] void undo(std::uint32_t pair);
    [[nodiscard, gnu::noinline]] Inserted after_conflict(std::uint32_t pair, const Inserted& reverse, PairReserve& own);

    // The word by which a pair that nobody uses hangs in a stack.
    [[nodiscard]] auto link()
    {
        return [this](std::uint32_t pair) -> std::atomic<std::uint64_t>& { return entries_[2 * pair].next_hop; };
    }

    Region region_;
    RegionHeader* header_;
    Hasher hasher_;
    unsigned tick_shift_;
    Section<SessionBucket> buckets_;
    Section<Entry<Key>> entries_;
    Section<Cold> cold_;
};

template<class Key>
std::uint64_t SessionTable<Key>::hash(const Key& key) const
{
    if constexpr (sizeof(Key) == 16) {
        const auto [first, second] = key.words();
        return hasher_.hash16(first, second);
    } else {
        return hasher_.hash48(&key);
    }
}

template<class Key>
[[gnu::always_inline]] inline typename SessionTable<Key>::Chain SessionTable<Key>::chain(std::uint64_t hash) const
{
    const std::uint64_t buckets = buckets_.size();
    const auto home = static_cast<std::uint32_t>(((hash & 0xFFFFFFFF) * buckets) >> 32);
    const auto step = static_cast<std::uint32_t>(1 + ((((hash >> 32) & 0xFFFF) * (buckets / chain_length)) >> 16));
    const auto tag = static_cast<std::uint16_t>(hash >> 48);
    return {home, step, tag != 0 ? tag : std::uint16_t{1}};
}

template<class Key>
[[gnu::always_inline]] inline std::uint32_t SessionTable<Key>::following(std::uint32_t bucket, const Chain& chain) const
{
    const std::uint64_t next = std::uint64_t{bucket} + chain.step;
    return static_cast<std::uint32_t>(next < buckets_.size() ? next : next - buckets_.size());
}

template<class Key>
[[gnu::always_inline]] inline std::uint32_t SessionTable<Key>::candidate(std::uint64_t hash) const
{
    const Chain at = chain(hash);
    const SessionBucket& home = buckets_[at.home];
    const unsigned matches = home.matches(at.tag);
    if (matches != 0) return home.entry_at(static_cast<unsigned>(std::countr_zero(matches)));
    return home.passed_by.load(std::memory_order_acquire) == 0 ? absent : none;
}

template<class Key>
[[gnu::always_inline]] inline void SessionTable<Key>::prefetch_entry(std::uint32_t entry) const
{
    if (entry >= absent) return;
    const auto* line = reinterpret_cast<const std::byte*>(&entries_[entry]);
    for (std::size_t offset = 0; offset < sizeof(Entry<Key>); offset += 64)
        prefetch_to_read(line + offset);
}

template<class Key>
[[gnu::always_inline]] inline std::uint32_t SessionTable<Key>::find(const Key& key, std::uint64_t hash) const
{
    return find(key, chain(hash));
}

template<class Key>
[[gnu::always_inline]] inline std::uint32_t SessionTable<Key>::find(const Key& key, const Chain& at) const
{
    std::uint32_t index = at.home;
    for (unsigned hop = 0; hop < chain_length; ++hop, index = following(index, at)) {
        const SessionBucket& bucket = buckets_[index];
        for (unsigned matches = bucket.matches(at.tag); matches != 0; matches &= matches - 1) {
            const std::uint32_t entry = bucket.entry_at(static_cast<unsigned>(std::countr_zero(matches)));
            if (entry != none && entries_[entry].key == key) return entry;
        }
        if (bucket.passed_by.load(std::memory_order_acquire) == 0) break;
    }
    return none;
}

template<class Key>
template<class Visit>
void SessionTable<Key>::take_undone(Visit&& visit, std::uint32_t most)
{
    for (; most > 0; --most) {
        const std::uint32_t pair = header_->undone.pop(link());
        if (pair == none) return;
        set_state(pair, has_ended(pair) ? PairState::unlinked : PairState::claimed);
        visit(pair);
    }
}

template<class Key>
template<class Visit>
void SessionTable<Key>::scan(std::uint32_t first_pair, std::uint32_t count, Visit&& visit)
{
    const std::uint32_t used = high_water();
    if (first_pair >= used) return;
    const std::uint32_t end = first_pair + std::min(count, used - first_pair);
    for (std::uint32_t pair = first_pair; pair < end; ++pair) {
        if (pair + scan_ahead < end) {
            prefetch_entry(2 * (pair + scan_ahead));
            prefetch_entry(2 * (pair + scan_ahead) + 1);
        }
        if (is_live(pair)) visit(pair);
    }
}

extern template class SessionTable<FlowKey4>;
extern template class SessionTable<FlowKey6>;

} // namespace sluice::table
