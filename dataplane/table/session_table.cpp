// Making and ending sessions: what happens once per flow. The lookup, which happens per packet, stands in the header.
#include "dataplane/table/session_table.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <utility>

namespace sluice::table {
namespace {

constexpr std::uint32_t min_buckets = 8; // a chain visits eight different ones

[[noreturn]] void broken(const char* invariant, std::uint32_t pair)
{
    std::fprintf(stderr, "session table: pair %u: %s\n", pair, invariant);
    std::abort();
}

// Half full at capacity: two entries per pair, eight slots per bucket. In a large table up to a twelfth fewer, so that
// all of it fills whole huge pages and none is begun for the rest.
template<class Key>
std::uint32_t buckets_for(std::uint32_t pairs)
{
    constexpr std::uint64_t of_pair = 2 * sizeof(Entry<Key>) + sizeof(Cold);
    const std::uint64_t half_full = std::max<std::uint64_t>(min_buckets, (std::uint64_t{pairs} + 1) / 2);
    const std::uint64_t pages = (of_pair * pairs + half_full * sizeof(SessionBucket)) / Region::huge_page;
    const std::uint64_t others = of_pair * pairs + Region::most_rounding;
    const std::uint64_t fitting = std::max(pages * Region::huge_page, others) - others;
    const std::uint64_t fewer = std::min(half_full, fitting / sizeof(SessionBucket));
    return static_cast<std::uint32_t>(fewer >= half_full - half_full / 12 ? fewer : half_full);
}

template<class Key>
RegionLayout layout_for(std::uint32_t pairs)
{
    return {sizeof(Key), sizeof(SessionBucket), sizeof(Entry<Key>), sizeof(Cold), pairs, buckets_for<Key>(pairs)};
}

template<class Key>
Region new_region(std::uint32_t pairs, const Hasher& hasher, unsigned tick_shift)
{
    auto region = Region::make(layout_for<Key>(pairs), hasher.secret(), hasher.method(), tick_shift);
    if (!region) throw std::bad_alloc();
    return std::move(*region);
}

} // namespace

template<class Key>
SessionTable<Key>::SessionTable(std::uint32_t pairs, const Hasher& hasher, unsigned tick_shift)
    : SessionTable(new_region<Key>(pairs, hasher, tick_shift))
{
}

template<class Key>
SessionTable<Key>::SessionTable(Region region)
    : region_(std::move(region))
    , header_(&region_.header())
    , hasher_(header_->secret, header_->method)
    , tick_shift_(header_->tick_shift)
    , buckets_{region_.at<SessionBucket>(header_->buckets_at), header_->layout.buckets}
    , entries_{region_.at<Entry<Key>>(header_->entries_at), std::size_t{header_->layout.pairs} * 2}
    , cold_{region_.at<Cold>(header_->cold_at), header_->layout.pairs}
{
}

template<class Key>
Result<std::unique_ptr<SessionTable<Key>>> SessionTable<Key>::attach(int descriptor)
{
    auto region = Region::attach(descriptor, layout_for<Key>(0));
    if (!region) return tl::unexpected(region.error());
    std::unique_ptr<SessionTable> table(new SessionTable(std::move(*region)));
    table->recover();
    return table;
}

template<class Key>
std::uint32_t SessionTable<Key>::high_water() const
{
    return std::min(header_->fresh.load(std::memory_order_acquire), capacity());
}

template<class Key>
std::uint32_t SessionTable<Key>::find_locked(const Key& key, std::uint64_t hash)
{
    const Home guard(*this, chain(hash).home);
    return find(key, hash);
}

// ---- Free pairs. They hang in one list that all workers and ageing share, so each touch of it may cost a trip to
// another core. Hence families: a pair in the list may carry others, whose numbers stand in the words of its entries
// that count packets and bytes, and each of those carries others again. Who takes one has them all.

template<class Key>
std::atomic<std::uint64_t>& SessionTable<Key>::carried(std::uint32_t pair, std::size_t word)
{
    Entry<Key>& entry = entries_[2 * pair + word / 2];
    return word % 2 == 0 ? entry.packets : entry.bytes;
}

// The first word says how many and has the first of them; what was never used carries none.
template<class Key>
void SessionTable<Key>::look_into(std::uint32_t pair, PairReserve& own)
{
    std::uint64_t word = carried(pair, 0).load(std::memory_order_relaxed);
    const auto count = static_cast<std::uint32_t>(word);
    for (std::uint32_t i = 1; i <= count; ++i) {
        if (i % 2 == 0) word = carried(pair, i / 2).load(std::memory_order_relaxed);
        const auto other = static_cast<std::uint32_t>(i % 2 == 0 ? word : word >> 32);
        prefetch_pair(other);
        own.add(other);
    }
}

template<class Key>
void SessionTable<Key>::push_free(std::span<const std::uint32_t> pairs)
{
    for (; !pairs.empty(); pairs = pairs.subspan(std::min(family, pairs.size())))
        push_family(pairs.first(std::min(family, pairs.size())));
}

// As a heap lies in an array: pair i carries 7i + 1 to 7i + 7.
template<class Key>
void SessionTable<Key>::push_family(std::span<const std::uint32_t> pairs)
{
    constexpr std::size_t most_carried = 7;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        const std::size_t first = std::min(most_carried * i + 1, pairs.size());
        const auto others = pairs.subspan(first, std::min(most_carried, pairs.size() - first));
        std::uint64_t word = others.size();
        for (std::size_t half = 1; half <= others.size(); ++half) {
            const std::uint64_t other = others[half - 1];
            if (half % 2 == 0) carried(pairs[i], half / 2 - 1).store(word, std::memory_order_relaxed);
            word = half % 2 == 0 ? other : word | other << 32;
        }
        carried(pairs[i], others.size() / 2).store(word, std::memory_order_relaxed);
    }
    header_->free.push(pairs[0], link());
}

template<class Key>
void SessionTable<Key>::prefetch_pair(std::uint32_t pair) const
{
    const auto* entries = reinterpret_cast<const std::byte*>(&entries_[2 * pair]);
    for (std::size_t offset = 0; offset < 2 * sizeof(Entry<Key>); offset += 64)
        prefetch_to_write(entries + offset);
    prefetch_to_write(&cold_[pair]);
}

// Pairs that were used before come first: their lines may still be near, and high_water() stays low.
template<class Key>
void SessionTable<Key>::stock(PairReserve& own, unsigned wanted)
{
    if (own.size() >= wanted) return;
    while (own.size() < wanted) {
        if (own.has_unseen()) {
            look_into(own.see_next(), own);
            continue;
        }
        const std::uint32_t first = header_->free.pop(link());
        if (first == none) break;
        own.add(first);
    }
    if (own.size() < wanted) take_fresh(own, wanted - own.size());
    if (const std::uint32_t following = header_->free.top(); following != none) prefetch_pair(following);
}

template<class Key>
void SessionTable<Key>::take_fresh(PairReserve& own, unsigned count)
{
    std::uint32_t first = header_->fresh.load(std::memory_order_relaxed);
    std::uint32_t taken = 0;
    do {
        taken = std::min(count, capacity() - std::min(first, capacity()));
        if (taken == 0) return;
    } while (!header_->fresh.compare_exchange_weak(first, first + taken, std::memory_order_acq_rel));
    for (std::uint32_t pair = first; pair < first + taken; ++pair) {
        prefetch_pair(pair);
        own.add(pair);
    }
}

template<class Key>
inline std::uint32_t SessionTable<Key>::take_pair(PairReserve& own)
{
    if (own.size() == 0) stock(own, 1);
    if (own.size() == 0) return none;
    if (!own.has_seen()) look_into(own.see_next(), own);
    return own.take();
}

template<class Key>
void SessionTable<Key>::settle(PairReserve& own)
{
    if (const std::uint32_t begun = std::exchange(own.begun, 0); begun != 0)
        header_->live.fetch_add(begun, std::memory_order_relaxed);
}

template<class Key>
void SessionTable<Key>::give_up(PairReserve& own)
{
    settle(own);
    std::array<std::uint32_t, PairReserve::places> seen;
    std::size_t count = 0;
    while (own.has_seen())
        seen[count++] = own.take();
    push_free({seen.data(), count});
    while (own.has_unseen()) { // with all that it carries
        header_->free.push(own.see_next(), link());
        static_cast<void>(own.take());
    }
}

template<class Key>
inline void SessionTable<Key>::fill(std::uint32_t pair, const Pair<Key>& content)
{
    set_state(pair, PairState::taken);
    fill(entries_[2 * pair], content.forward, content.now);
    fill(entries_[2 * pair + 1], content.reverse, content.now);
    cold_[pair] = content.cold;
}

// All but the status.
template<class Key>
inline void SessionTable<Key>::fill(Entry<Key>& entry, const Translation<Key>& action, std::uint32_t now)
{
    static_cast<Translation<Key>&>(entry) = action;
    entry.next_hop.store(0, std::memory_order_relaxed);
    entry.bytes.store(0, std::memory_order_relaxed);
    entry.packets.store(0, std::memory_order_relaxed);
    entry.last_seen.store(now, std::memory_order_relaxed);
    entry.tcp_flags_seen.store(0, std::memory_order_relaxed);
}

// At home, or along the key's chain to the first free slot; a bucket that somebody else holds is passed by, so nobody
// who holds one waits for another. Each bucket is told that it was passed by *before* the entry appears behind it.
// Precondition: the home's lock.
template<class Key>
inline bool SessionTable<Key>::place(const Chain& chain, std::uint32_t entry)
{
    return buckets_[chain.home].claim(chain.tag, entry) || place_further(chain, entry);
}

template<class Key>
bool SessionTable<Key>::place_further(const Chain& chain, std::uint32_t entry)
{
    constexpr unsigned spins = 1'000; // longer than a claim takes
    std::uint32_t index = chain.home;
    for (unsigned hop = 1; hop < chain_length; ++hop) {
        buckets_[index].passed_by.fetch_add(1, std::memory_order_acq_rel);
        index = following(index, chain);
        SessionBucket& bucket = buckets_[index];
        if (!bucket.lock.lock_within(region_.epoch(), spins)) continue;
        const bool claimed = bucket.claim(chain.tag, entry);
        bucket.lock.unlock();
        if (claimed) return true;
    }
    index = chain.home;
    for (unsigned hop = 1; hop < chain_length; ++hop, index = following(index, chain))
        buckets_[index].passed_by.fetch_sub(1, std::memory_order_acq_rel);
    return false;
}

// Look, then insert, as one step for this key: the lock of its home stands for it.
template<class Key>
inline Inserted SessionTable<Key>::publish_entry(std::uint32_t entry, std::uint64_t key_hash)
{
    const Key& key = entries_[entry].key;
    const Chain at = chain(key_hash);
    const Home guard(*this, at.home);
    if (const std::uint32_t present = find(key, at); present != none) return {Insert::exists, present};
    return place(at, entry) ? Inserted{Insert::inserted, entry} : Inserted{Insert::full, none};
}

template<class Key>
void SessionTable<Key>::withdraw(std::uint32_t entry)
{
    const Chain at = chain(hash(entries_[entry].key));
    const Home guard(*this, at.home);
    if (!withdraw_held(at, entry)) broken("a published entry is in none of its buckets", entry / 2);
}

// Precondition: the home's lock. False: it is in none of the key's buckets.
template<class Key>
bool SessionTable<Key>::withdraw_held(const Chain& at, std::uint32_t entry)
{
    std::uint32_t index = at.home;
    unsigned hop = 0;
    while (!buckets_[index].withdraw(entry)) {
        if (++hop == chain_length) return false;
        index = following(index, at);
    }
    for (index = at.home; hop > 0; --hop, index = following(index, at))
        buckets_[index].passed_by.fetch_sub(1, std::memory_order_acq_rel);
    return true;
}

// The reverse was visible: some worker may hold its index until the grace period is over.
template<class Key>
void SessionTable<Key>::undo(std::uint32_t pair)
{
    withdraw(2 * pair + 1);
    set_state(pair, PairState::undone);
    header_->undone.push(pair, link());
}

// Nothing of the pair was ever visible, so it is free at once. When the session in the way is our own flow's, made by
// another worker that publishes its forward entry right now, that is no conflict: use it.
template<class Key>
Inserted SessionTable<Key>::after_conflict(std::uint32_t pair, const Inserted& reverse, PairReserve& own)
{
    Inserted outcome{reverse.result, reverse.entry};
    if (reverse.result == Insert::exists) {
        const std::uint32_t partner = reverse.entry ^ 1;
        const bool same_flow = reverse.entry % 2 == 1 && entries_[partner].key == entries_[2 * pair].key;
        outcome = same_flow ? Inserted{Insert::exists, partner} : Inserted{Insert::reverse_conflict, reverse.entry};
    }
    take_back(pair, own);
    return outcome;
}

template<class Key>
void SessionTable<Key>::take_back(std::uint32_t pair, PairReserve& own)
{
    set_state(pair, PairState::free);
    own.put_back(pair);
}

template<class Key>
std::uint32_t SessionTable<Key>::prepare(const Pair<Key>& content, PairReserve& own)
{
    const std::uint32_t pair = take_pair(own);
    if (pair != none) fill(pair, content);
    return pair;
}

template<class Key>
Inserted SessionTable<Key>::publish(std::uint32_t pair, std::uint64_t forward_hash, std::uint64_t reverse_hash,
                                    PairReserve& own)
{
    const Inserted reverse = publish_entry(2 * pair + 1, reverse_hash);
    if (reverse.result != Insert::inserted) return after_conflict(pair, reverse, own);
    const Inserted forward = publish_entry(2 * pair, forward_hash);
    if (forward.result != Insert::inserted) {
        undo(pair);
        return forward;
    }
    ++own.begun;
    set_state(pair, PairState::live);
    return forward;
}

// All memory that it needs is on its way before the first of it is used: both buckets here at the latest, the pair
// since it came into the reserve.
template<class Key>
Inserted SessionTable<Key>::insert(const Pair<Key>& content, std::uint64_t forward_hash, PairReserve& own)
{
    const std::uint64_t reverse_hash = hash(content.reverse.key);
    prefetch_bucket_to_write(reverse_hash);
    prefetch_bucket_to_write(forward_hash);
    const std::uint32_t pair = prepare(content, own);
    return pair == none ? Inserted{} : publish(pair, forward_hash, reverse_hash, own);
}

template<class Key>
void SessionTable<Key>::prefetch_unlink(std::uint32_t pair) const
{
    prefetch_bucket(hash(entries_[2 * pair].key));
    prefetch_bucket(hash(entries_[2 * pair + 1].key));
}

template<class Key>
bool SessionTable<Key>::unlink(std::uint32_t pair)
{
    return unlink(pair, PairState::unlinked);
}

template<class Key>
bool SessionTable<Key>::leave(std::uint32_t pair)
{
    return unlink(pair, PairState::left);
}

template<class Key>
bool SessionTable<Key>::take_left(std::uint32_t pair)
{
    return change_state(pair, PairState::left, PairState::unlinked);
}

template<class Key>
bool SessionTable<Key>::change_state(std::uint32_t pair, PairState from, PairState to)
{
    auto& status = entries_[2 * pair].status;
    PairStatus was = status.load(std::memory_order_acquire);
    return was.state == from && status.compare_exchange_strong(was, {to, region_.epoch()}, std::memory_order_acq_rel);
}

// Forward first, as insert publishes it last: no forward entry is ever visible without its reverse.
template<class Key>
bool SessionTable<Key>::unlink(std::uint32_t pair, PairState then)
{
    if (!change_state(pair, PairState::live, then)) return false;
    withdraw(2 * pair);
    withdraw(2 * pair + 1);
    header_->live.fetch_sub(1, std::memory_order_relaxed);
    return true;
}

template<class Key>
void SessionTable<Key>::release(std::span<const std::uint32_t> pairs)
{
    const PairStatus now_free{PairState::free, region_.epoch()};
    for (const std::uint32_t pair : pairs) {
        const PairState was = entries_[2 * pair].status.exchange(now_free, std::memory_order_acq_rel).state;
        if (was != PairState::unlinked && was != PairState::claimed) broken("released while in use or free", pair);
    }
    push_free(pairs);
}

template class SessionTable<FlowKey4>;
template class SessionTable<FlowKey6>;

} // namespace sluice::table
