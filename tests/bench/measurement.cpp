#include "tests/bench/measurement.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include <rte_cycles.h>
#include <rte_ether.h>
#include <rte_mbuf.h>

#include "dataplane/burst/pipeline.hpp"

namespace sluice::bench {
namespace {

constexpr unsigned attempts = 40;    // windows tried for each one wanted
constexpr unsigned lead_in_part = 8; // of a window: after the floors the worker finds its way back into the caches
constexpr std::uint64_t least_bursts = 64;

void swap_addresses(rte_mbuf* const* frames, unsigned count)
{
    for (unsigned i = 0; i < count; ++i) {
        auto* ethernet = rte_pktmbuf_mtod(frames[i], rte_ether_hdr*);
        const rte_ether_addr kept = ethernet->src_addr;
        ethernet->src_addr = ethernet->dst_addr;
        ethernet->dst_addr = kept;
    }
}

} // namespace

Measurement::Measurement(Train& train, unsigned burst, rte_mempool* pool, const Effort& effort, std::uint64_t tsc_hz)
    : Job(train.port())
    , train_(train)
    , burst_(burst)
    , pool_(pool)
    , effort_(effort)
    , window_cycles_(static_cast<std::uint64_t>(effort.window_ms * static_cast<double>(tsc_hz) / 1'000))
{
    const std::size_t attempted = std::size_t{effort.windows} * attempts;
    windows_.total.reserve(effort.windows);
    windows_.source_and_sink.reserve(attempted);
    windows_.floor.reserve(attempted);
    train_.rewind();
}

unsigned Measurement::receive(rte_mbuf** frames, unsigned room) noexcept
{
    if (left_ == 0) turn();
    if (phase_ == Phase::finished) return 0;
    --left_;
    return train_.emit(pool_, frames, std::min(burst_, room));
}

void Measurement::take(std::uint16_t, rte_mbuf** frames, unsigned count) noexcept
{
    rte_pktmbuf_free_bulk(frames, count);
}

// The last packet of a phase has left.
void Measurement::turn() noexcept
{
    const std::uint64_t now = rte_rdtsc();
    if (of_phase_ == 0) return open(Phase::warm_up, std::max(train_.flows(), effort_.warm_up) / burst_ + 1);
    switch (phase_) {
    case Phase::warm_up:
        bursts_ = std::max(window_cycles_ * of_phase_ / (now - started_), least_bursts);
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

void Measurement::open(Phase phase, std::uint64_t bursts) noexcept
{
    phase_ = phase;
    of_phase_ = left_ = bursts;
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
        const unsigned count = train_.emit(pool_, frames.data(), burst_);
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
