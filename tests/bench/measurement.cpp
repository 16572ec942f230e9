#include "tests/bench/measurement.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include <rte_cycles.h>
#include <rte_mbuf.h>

#include "dataplane/burst/pipeline.hpp"
#include "tests/bench/swap.hpp"

namespace sluice::bench {
namespace {

constexpr unsigned attempts = 40;    // windows tried for each one wanted
constexpr unsigned lead_in_part = 8; // of a window: after the floors the worker finds its way back into the caches
constexpr std::uint64_t least_bursts = 64;
constexpr std::uint64_t warm_up_bursts = 1'000; // between two looks at whether it is warm

} // namespace

Measurement::Measurement(Train& train, unsigned burst, rte_mempool* pool, const Effort& effort, std::uint64_t tsc_hz,
                         StageClock* stages)
    : Job(train.port())
    , train_(train)
    , burst_(burst)
    , pool_(pool)
    , effort_(effort)
    , cycles_per_ms_(static_cast<double>(tsc_hz) / 1'000)
    , stages_(stages)
{
    const std::size_t attempted = std::size_t{effort.windows} * attempts;
    windows_.total.reserve(effort.windows);
    windows_.source_and_sink.reserve(attempted);
    windows_.floor.reserve(attempted);
    train_.rewind();
}

unsigned Measurement::receive(rte_mbuf** frames, unsigned room) noexcept
{
    if (left_ == 0) {
        const std::uint64_t now = rte_rdtsc();
        if (ended_ == 0) ended_ = now;
        if (phase_ != Phase::timed && ahead_of_pace(now)) return 0; // a timed one is closed first
        turn(ended_);
    }
    if (phase_ == Phase::finished) return 0;
    --left_;
    return emit(frames, std::min(burst_, room));
}

// Both of the worker's loop and of the windows without it.
unsigned Measurement::emit(rte_mbuf** frames, unsigned count) noexcept
{
    const std::size_t before = train_.position();
    const unsigned made = train_.emit(pool_, frames, count);
    emitted_ += made;
    if (train_.position() <= before) watch_round();
    return made;
}

void Measurement::watch_round() noexcept
{
    const std::uint64_t now = rte_rdtsc();
    const double ms = static_cast<double>(now - round_) / cycles_per_ms_;
    windows_.shortest_round_ms = windows_.shortest_round_ms == 0 ? ms : std::min(windows_.shortest_round_ms, ms);
    round_ = now;
}

bool Measurement::ahead_of_pace(std::uint64_t now) const noexcept
{
    if (effort_.most_per_second == 0 || first_ == 0) return false;
    const double seconds = static_cast<double>(now - first_) / cycles_per_ms_ / 1'000;
    return static_cast<double>(emitted_) > seconds * effort_.most_per_second;
}

void Measurement::take(std::uint16_t, rte_mbuf** frames, unsigned count) noexcept
{
    rte_pktmbuf_free_bulk(frames, count);
}

// The last packet of a phase has left.
void Measurement::turn(std::uint64_t now) noexcept
{
    if (first_ == 0) {
        first_ = round_ = now;
        return open(Phase::warm_up, warm_up_bursts);
    }
    switch (phase_) {
    case Phase::warm_up:
        fastest_ = std::min(fastest_, now - started_);
        if (is_cold(now)) return open(Phase::warm_up, warm_up_bursts);
        if (stages_ != nullptr) stages_->clear();
        bursts_ = static_cast<std::uint64_t>(effort_.window_ms * cycles_per_ms_ * warm_up_bursts /
                                             static_cast<double>(fastest_));
        bursts_ = std::max(bursts_, least_bursts);
        return open(Phase::lead_in, bursts_ / lead_in_part + 1);
    case Phase::lead_in:
        return open(Phase::timed, bursts_);
    case Phase::timed:
        if (preemption_.happened())
            ++windows_.rejected;
        else
            windows_.total.push_back(per_packet(now - started_));
        return close();
    case Phase::finished:
        return;
    }
}

bool Measurement::is_cold(std::uint64_t now) const noexcept
{
    const double ms = static_cast<double>(now - first_) / cycles_per_ms_;
    return emitted_ < effort_.warm_up || ms < effort_.warm_up_ms;
}

void Measurement::open(Phase phase, std::uint64_t bursts) noexcept
{
    phase_ = phase;
    left_ = bursts;
    ended_ = 0;
    if (phase == Phase::timed) preemption_.begin();
    started_ = rte_rdtsc();
}

void Measurement::close() noexcept
{
    alone(windows_.source_and_sink, [](rte_mbuf**, unsigned) {});
    alone(windows_.floor, swap_addresses);
    const std::size_t tried = windows_.total.size() + windows_.rejected;
    if (windows_.total.size() < effort_.windows && tried < std::size_t{effort_.windows} * attempts)
        return open(Phase::lead_in, bursts_ / lead_in_part + 1);
    phase_ = Phase::finished;
    done();
}

template<class Work>
void Measurement::alone(std::vector<double>& into, Work&& work) noexcept
{
    std::array<rte_mbuf*, burst_size> frames;
    preemption_.begin();
    const std::uint64_t start = rte_rdtsc();
    for (std::uint64_t i = 0; i < bursts_; ++i) {
        const unsigned count = emit(frames.data(), burst_);
        work(frames.data(), count);
        take(port(), frames.data(), count);
    }
    const std::uint64_t cycles = rte_rdtsc() - start;
    if (!preemption_.happened()) into.push_back(per_packet(cycles));
}

double Measurement::per_packet(std::uint64_t cycles) const noexcept
{
    return static_cast<double>(cycles) / static_cast<double>(bursts_ * burst_);
}

} // namespace sluice::bench
