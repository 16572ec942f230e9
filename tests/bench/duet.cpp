#include "tests/bench/duet.hpp"

#include <sched.h>

#include <rte_cycles.h>
#include <rte_mbuf.h>
#include <rte_pause.h>

#include "dataplane/burst/pipeline.hpp"
#include "tests/bench/swap.hpp"

namespace sluice::bench {
namespace {

constexpr double lead_share = 0.125; // of a window
constexpr double tail_share = 0.05;
constexpr double gather_ms = 0.02;  // for both to see that the next window comes
constexpr unsigned rejections = 20; // for each window wanted

} // namespace

Duet::Duet(Train& first, Train& second, rte_mempool* pool, const Effort& effort, std::uint64_t tsc_hz)
    : effort_(effort)
    , cycles_per_ms_(static_cast<double>(tsc_hz) / 1'000)
    , parts_{{{*this, 0, first, pool}, {*this, 1, second, pool}}}
{
    for (auto* windows : {&together_, &alone_})
        for (DuetWindows& one : *windows)
            for (std::vector<double>* values : {&one.loop, &one.floor, &one.source_and_sink})
                values->reserve(effort.windows);
    first.rewind();
    second.rewind();
}

Duet::Part::Part(Duet& duet, unsigned number, Train& train, rte_mempool* pool)
    : Job(train.port())
    , duet_(duet)
    , number_(number)
    , train_(train)
    , pool_(pool)
{
}

// Called again when what it gave before has left.
unsigned Duet::Part::receive(rte_mbuf** frames, unsigned room) noexcept
{
    if (is_done()) return 0;
    if (state_ == State::fresh) wait_for_next();
    if (state_ == State::waiting && !begins()) {
        ::sched_yield();
        return 0;
    }
    if (is_over(rte_rdtsc())) {
        wait_for_next();
        return 0;
    }
    return emit(frames, room);
}

void Duet::Part::wait_for_next() noexcept
{
    state_ = State::waiting;
    turns_seen_ = duet_.turns_.load(std::memory_order_acquire);
    duet_.arrive();
}

// False: not yet, or without us.
bool Duet::Part::begins() noexcept
{
    if (is_done() || turns_seen_ == duet_.turns_.load(std::memory_order_acquire)) return false;
    const Phase& phase = round[duet_.phase_];
    if (!phase.takes_part[number_]) {
        wait_for_next();
        return false;
    }
    state_ = State::working;
    counted_since_ = 0;
    counted_ = false;
    while (rte_rdtsc() < duet_.window_.start)
        rte_pause();
    if (phase.work != Work::loop) work_alone();
    return true;
}

// Begins and ends the counted part of the window when it is time; true: the window is over.
bool Duet::Part::is_over(std::uint64_t now) noexcept
{
    const Window& window = duet_.window_;
    if (counted_since_ == 0) {
        if (now < window.start + window.lead) return false;
        preemption_.begin();
        counted_from_ = emitted_;
        counted_since_ = rte_rdtsc();
        return false;
    }
    if (!counted_ && now >= counted_since_ + window.length) {
        counted_ = true;
        preempted = preemption_.happened();
        cycles_per_packet = static_cast<double>(now - counted_since_) / static_cast<double>(emitted_ - counted_from_);
    }
    return counted_ && now >= counted_since_ + window.length + window.tail;
}

// Without the worker's loop around it, until the window is over.
void Duet::Part::work_alone() noexcept
{
    const bool swaps = round[duet_.phase_].work == Work::floor;
    std::array<rte_mbuf*, burst_size> frames;
    while (!is_over(rte_rdtsc())) {
        const unsigned count = emit(frames.data(), burst_size);
        if (swaps) swap_addresses(frames.data(), count);
        take(port(), frames.data(), count);
    }
}

unsigned Duet::Part::emit(rte_mbuf** frames, unsigned room) noexcept
{
    const unsigned made = train_.emit(pool_, frames, std::min(room, burst_size));
    emitted_ += made;
    return made;
}

void Duet::Part::take(std::uint16_t, rte_mbuf** frames, unsigned count) noexcept
{
    rte_pktmbuf_free_bulk(frames, count);
}

void Duet::arrive() noexcept
{
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 < workers) return;
    arrived_.store(0, std::memory_order_relaxed);
    turn();
    turns_.fetch_add(1, std::memory_order_release);
}

// Both are at the barrier.
void Duet::turn() noexcept
{
    if (warming_up_) {
        warming_up_ = !is_warm();
        return open(0);
    }
    const bool clean = keep();
    const std::size_t next = clean ? (phase_ + 1) % round.size() : phase_;
    const bool complete = clean && next == 0 && together_[0].loop.size() >= effort_.windows;
    if (complete || rejected_ > effort_.windows * rejections) {
        for (Part& part : parts_)
            part.finish();
        return;
    }
    open(next);
}

bool Duet::is_warm() const noexcept
{
    for (const Part& part : parts_)
        if (part.emitted() < effort_.warm_up || part.emitted() < part.flows()) return false;
    return true;
}

// False: the window must be repeated.
bool Duet::keep() noexcept
{
    const Phase& phase = round[phase_];
    for (unsigned i = 0; i < workers; ++i)
        if (phase.takes_part[i] && parts_[i].preempted) {
            ++rejected_;
            return false;
        }
    for (unsigned i = 0; i < workers; ++i) {
        if (!phase.takes_part[i]) continue;
        DuetWindows& into = (phase.takes_part == both ? together_ : alone_)[i];
        auto& values = phase.work == Work::loop    ? into.loop
                       : phase.work == Work::floor ? into.floor
                                                   : into.source_and_sink;
        values.push_back(parts_[i].cycles_per_packet);
    }
    return true;
}

void Duet::open(std::size_t phase) noexcept
{
    const auto cycles = [this](double ms) { return static_cast<std::uint64_t>(ms * cycles_per_ms_); };
    phase_ = phase;
    window_ = {rte_rdtsc() + cycles(gather_ms), cycles(effort_.window_ms * lead_share), cycles(effort_.window_ms),
               cycles(effort_.window_ms * tail_share)};
}

} // namespace sluice::bench
