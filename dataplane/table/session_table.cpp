// Making and ending sessions: what happens once per flow. The lookup, which happens per packet, stands in the header.
#include "dataplane/table/session_table.hpp"

#include <cstdio>
#include <cstdlib>
#include <mutex>

namespace sluice::table {
namespace {

constexpr std::uint32_t min_buckets = 8; // a chain visits eight different ones

// Half full at capacity: two entries per pair, eight slots per bucket.
std::size_t buckets_for(std::uint32_t pairs)
{
    return std::max(min_buckets, pairs / 2 + pairs % 2);
}

[[noreturn]] void broken(const char* invariant, std::uint32_t pair)
{
    std::fprintf(stderr, "session table: pair %u: %s\n", pair, invariant);
    std::abort();
}

} // namespace

template<class Key>
SessionTable<Key>::SessionTable(std::uint32_t pairs, const Hasher& hasher, unsigned tick_shift)
    : hasher_(hasher)
    , tick_shift_(tick_shift)
    , buckets_(buckets_for(pairs))
    , entries_(std::size_t{pairs} * 2)
    , cold_(pairs)
{
}

template<class Key>
std::uint32_t SessionTable<Key>::high_water() const
{
    return std::min(fresh_.load(std::memory_order_acquire), capacity());
}

template<class Key>
std::uint32_t SessionTable<Key>::find_locked(const Key& key, std::uint64_t hash)
{
    const std::lock_guard guard(buckets_[chain(hash).home].lock);
    return find(key, hash);
}

// A pair that was used before comes first: its lines may still be near, and high_water() stays low.
template<class Key>
std::uint32_t SessionTable<Key>::take_pair()
{
    std::uint32_t pair = free_.pop(link());
    if (const std::uint32_t following = free_.top(); following != none) {
        prefetch_entry(2 * following); // for the insert after this one
        prefetch_entry(2 * following + 1);
        __builtin_prefetch(&cold_[following], 1);
    }
    if (pair != none) return pair;
    pair = fresh_.load(std::memory_order_relaxed);
    while (pair < capacity())
        if (fresh_.compare_exchange_weak(pair, pair + 1, std::memory_order_acq_rel)) return pair;
    return none;
}

template<class Key>
void SessionTable<Key>::fill(std::uint32_t pair, const Pair<Key>& content)
{
    entries_[2 * pair].state.store(PairState::taken, std::memory_order_relaxed);
    for (const std::uint32_t index : {2 * pair, 2 * pair + 1}) {
        Entry<Key>& entry = entries_[index];
        static_cast<Translation<Key>&>(entry) = index % 2 == 0 ? content.forward : content.reverse;
        entry.next_hop.store(0, std::memory_order_relaxed);
        entry.bytes.store(0, std::memory_order_relaxed);
        entry.packets.store(0, std::memory_order_relaxed);
        entry.last_seen.store(content.now, std::memory_order_relaxed);
        entry.tcp_flags_seen.store(0, std::memory_order_relaxed);
    }
    cold_[pair] = content.cold;
}

// Along the key's chain to the first free slot. Each bucket is told that it was passed by *before* the entry appears
// behind it.
template<class Key>
bool SessionTable<Key>::place(const Chain& chain, std::uint32_t entry)
{
    std::uint32_t index = chain.home;
    for (unsigned hop = 0; hop < chain_length; ++hop, index = following(index, chain)) {
        if (buckets_[index].claim(chain.tag, entry)) return true;
        buckets_[index].passed_by.fetch_add(1, std::memory_order_acq_rel);
    }
    index = chain.home;
    for (unsigned hop = 0; hop < chain_length; ++hop, index = following(index, chain))
        buckets_[index].passed_by.fetch_sub(1, std::memory_order_acq_rel);
    return false;
}

// Look, then insert, as one step for this key: the lock of its home stands for it.
template<class Key>
Inserted SessionTable<Key>::publish(std::uint32_t entry, std::uint64_t key_hash)
{
    const Key& key = entries_[entry].key;
    const Chain at = chain(key_hash);
    const std::lock_guard guard(buckets_[at.home].lock);
    if (const std::uint32_t present = find(key, key_hash); present != none) return {Insert::exists, present};
    return place(at, entry) ? Inserted{Insert::inserted, entry} : Inserted{Insert::full, none};
}

template<class Key>
void SessionTable<Key>::withdraw(std::uint32_t entry)
{
    const Chain at = chain(hash(entries_[entry].key));
    const std::lock_guard guard(buckets_[at.home].lock);
    std::uint32_t index = at.home;
    unsigned hop = 0;
    while (!buckets_[index].withdraw(entry)) {
        if (++hop == chain_length) broken("a published entry is in none of its buckets", entry / 2);
        index = following(index, at);
    }
    for (index = at.home; hop > 0; --hop, index = following(index, at))
        buckets_[index].passed_by.fetch_sub(1, std::memory_order_acq_rel);
}

// The reverse was visible: some worker may hold its index until the grace period is over.
template<class Key>
void SessionTable<Key>::undo(std::uint32_t pair)
{
    withdraw(2 * pair + 1);
    entries_[2 * pair].state.store(PairState::undone, std::memory_order_release);
    undone_.push(pair, link());
}

// Nothing of the pair was ever visible, so it is free at once. When the session in the way is our own flow's, made by
// another worker that publishes its forward entry right now, that is no conflict: use it.
template<class Key>
Inserted SessionTable<Key>::after_conflict(std::uint32_t pair, const Inserted& reverse)
{
    Inserted outcome{reverse.result, reverse.entry};
    if (reverse.result == Insert::exists) {
        const std::uint32_t partner = reverse.entry ^ 1;
        const bool same_flow = reverse.entry % 2 == 1 && entries_[partner].key == entries_[2 * pair].key;
        outcome = same_flow ? Inserted{Insert::exists, partner} : Inserted{Insert::reverse_conflict, reverse.entry};
    }
    entries_[2 * pair].state.store(PairState::free, std::memory_order_release);
    free_.push(pair, link());
    return outcome;
}

// All memory that it needs is on its way before the first of it is used: both buckets here, the pair since the insert
// before.
template<class Key>
Inserted SessionTable<Key>::insert(const Pair<Key>& content)
{
    const std::uint64_t reverse_hash = hash(content.reverse.key);
    const std::uint64_t forward_hash = hash(content.forward.key);
    prefetch_bucket(reverse_hash);
    prefetch_bucket(forward_hash);
    const std::uint32_t pair = take_pair();
    if (pair == none) return {};
    fill(pair, content);
    const Inserted reverse = publish(2 * pair + 1, reverse_hash);
    if (reverse.result != Insert::inserted) return after_conflict(pair, reverse);
    const Inserted forward = publish(2 * pair, forward_hash);
    if (forward.result != Insert::inserted) {
        undo(pair);
        return forward;
    }
    live_.fetch_add(1, std::memory_order_relaxed);
    entries_[2 * pair].state.store(PairState::live, std::memory_order_release);
    return forward;
}

template<class Key>
void SessionTable<Key>::prefetch_unlink(std::uint32_t pair) const
{
    prefetch_bucket(hash(entries_[2 * pair].key));
    prefetch_bucket(hash(entries_[2 * pair + 1].key));
}

// Forward first, as insert publishes it last: no forward entry is ever visible without its reverse.
template<class Key>
bool SessionTable<Key>::unlink(std::uint32_t pair)
{
    PairState expected = PairState::live;
    if (!entries_[2 * pair].state.compare_exchange_strong(expected, PairState::unlinked, std::memory_order_acq_rel))
        return false;
    withdraw(2 * pair);
    withdraw(2 * pair + 1);
    live_.fetch_sub(1, std::memory_order_relaxed);
    return true;
}

template<class Key>
void SessionTable<Key>::release(std::uint32_t pair)
{
    const PairState was = entries_[2 * pair].state.exchange(PairState::free, std::memory_order_acq_rel);
    if (was != PairState::unlinked && was != PairState::undone) broken("released while in use or free", pair);
    free_.push(pair, link());
}

template class SessionTable<FlowKey4>;
template class SessionTable<FlowKey6>;

} // namespace sluice::table
