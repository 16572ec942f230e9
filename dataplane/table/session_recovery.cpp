// Sessions after the death of a process that shares the region. Each of its locks and half-made pairs bears its epoch.
#include <array>
#include <utility>

#include "dataplane/table/session_table.hpp"

namespace sluice::table {

template<class Key>
void SessionTable<Key>::wait_for(EpochLock& lock)
{
    constexpr unsigned spins = 10'000; // many times what an insert takes
    while (!lock.lock_within(region_.epoch(), spins)) {
        const std::uint8_t owner = lock.owner();
        if (owner != 0 && !region_.is_alive(owner)) recover(Dead{}.set(owner));
    }
}

// At attachment: whoever had this epoch before is dead too.
template<class Key>
void SessionTable<Key>::recover()
{
    Dead dead;
    for (unsigned epoch = 1; epoch < dead.size(); ++epoch)
        dead.set(epoch, !region_.is_alive(static_cast<std::uint8_t>(epoch)));
    const bool alone = dead.count() == dead.size() - 2; // all but us; nobody has epoch 0
    dead.set(region_.epoch());
    recover(dead);
    if (alone) count_pairs();
}

// One process at a time, and everything the dead have left at once; looks at every pair and bucket, so it takes some
// milliseconds per million.
template<class Key>
void SessionTable<Key>::recover(const Dead& dead)
{
    EpochLock& turn = header_->recovery;
    while (!turn.lock_within(region_.epoch(), 1'000))
        if (dead.test(turn.owner()) && turn.pass_on(turn.owner(), region_.epoch())) break;
    for (std::uint32_t pair = 0; pair < high_water(); ++pair) {
        const PairStatus status = entries_[2 * pair].status.load(std::memory_order_acquire);
        if (dead.test(status.maker)) recover_pair(pair, status.state, dead);
    }
    for (std::size_t i = 0; i < buckets_.size(); ++i)
        if (const std::uint8_t owner = buckets_[i].lock.owner(); dead.test(owner)) buckets_[i].lock.pass_on(owner, 0);
    turn.unlock();
}

// Half-made: as if it had lost its race. Ended: nobody is left who knows that it waits for its grace period.
template<class Key>
void SessionTable<Key>::recover_pair(std::uint32_t pair, PairState was, const Dead& dead)
{
    if (was == PairState::free || was == PairState::live || was == PairState::undone) return;
    if (was != PairState::claimed) {
        withdraw_if_present(2 * pair, dead);
        withdraw_if_present(2 * pair + 1, dead);
    }
    const bool has_lived = was == PairState::unlinked || was == PairState::left;
    set_state(pair, has_lived ? PairState::unlinked : PairState::undone);
    header_->undone.push(pair, link());
}

// Its home's lock may be the dead one's: then it passes to us.
template<class Key>
void SessionTable<Key>::withdraw_if_present(std::uint32_t entry, const Dead& dead)
{
    const Chain at = chain(hash(entries_[entry].key));
    EpochLock& lock = buckets_[at.home].lock;
    for (std::uint8_t owner = lock.owner(); !lock.try_lock(region_.epoch()); owner = lock.owner())
        if (dead.test(owner) && lock.pass_on(owner, region_.epoch())) break;
    static_cast<void>(withdraw_held(at, entry));
    lock.unlock();
}

// Precondition: nobody else uses the region yet. A process can die between a session's last step and its count, and
// with pairs in its reserves, which are as free as those in the list.
template<class Key>
void SessionTable<Key>::count_pairs()
{
    std::uint32_t live = 0;
    std::array<std::uint32_t, family> free;
    std::size_t count = 0;
    header_->free.clear();
    for (std::uint32_t pair = 0; pair < high_water(); ++pair) {
        live += is_live(pair) ? 1U : 0U;
        if (state(pair) == PairState::free) free[count++] = pair;
        if (count == free.size()) push_free(std::span(free).first(std::exchange(count, 0)));
    }
    push_free(std::span(free).first(count));
    header_->live.store(live, std::memory_order_relaxed);
}

// All of them: those of the class that other files define do not bring these with them.
template void SessionTable<FlowKey4>::wait_for(EpochLock&);
template void SessionTable<FlowKey6>::wait_for(EpochLock&);
template void SessionTable<FlowKey4>::recover();
template void SessionTable<FlowKey6>::recover();
template void SessionTable<FlowKey4>::recover(const Dead&);
template void SessionTable<FlowKey6>::recover(const Dead&);
template void SessionTable<FlowKey4>::recover_pair(std::uint32_t, PairState, const Dead&);
template void SessionTable<FlowKey6>::recover_pair(std::uint32_t, PairState, const Dead&);
template void SessionTable<FlowKey4>::withdraw_if_present(std::uint32_t, const Dead&);
template void SessionTable<FlowKey6>::withdraw_if_present(std::uint32_t, const Dead&);
template void SessionTable<FlowKey4>::count_pairs();
template void SessionTable<FlowKey6>::count_pairs();

} // namespace sluice::table
