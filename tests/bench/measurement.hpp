// Windows of the worker's own loop over a train, alternating with windows of source and sink alone and of the floor
// (source, swap of the MAC addresses, sink), all in the worker's thread. A window in which the thread was preempted
// does not count.
#pragma once

#include <cstdint>
#include <vector>

#include "dataplane/burst/stage_clock.hpp"
#include "tests/bench/lane.hpp"
#include "tests/bench/preemption.hpp"
#include "tests/bench/train.hpp"

namespace sluice::bench {

struct Effort {
    unsigned windows = 31;           // clean ones
    double window_ms = 2;            // of the worker's loop
    std::size_t warm_up = 1'000'000; // packets before the first window
    double warm_up_ms = 0;           // as long at least
    double most_per_second = 0;      // packets, on average over all phases; 0: as fast as it goes
};

// TSC cycles per packet, one value per clean window.
struct Windows {
    std::vector<double> total;           // the worker's loop, source and sink in it
    std::vector<double> source_and_sink; // alone
    std::vector<double> floor;           // source, MAC swap, sink
    unsigned rejected = 0;               // of the worker's loop
    double shortest_round_ms = 0;        // from one packet of a flow to its next; 0: there was one round only
};

class Measurement final : public Job {
public:
    // `stages`, if there are any, are of the time after warm-up when it is done.
    Measurement(Train& train, unsigned burst, rte_mempool* pool, const Effort& effort, std::uint64_t tsc_hz,
                StageClock* stages = nullptr);

    [[nodiscard]] unsigned receive(rte_mbuf** frames, unsigned room) noexcept override;
    void take(std::uint16_t port, rte_mbuf** frames, unsigned count) noexcept override;

    [[nodiscard]] const Windows& windows() const { return windows_; } // after is_done()

private:
    enum class Phase { warm_up, lead_in, timed, finished };

    void turn(std::uint64_t now) noexcept;
    [[nodiscard]] bool ahead_of_pace(std::uint64_t now) const noexcept;
    [[nodiscard]] unsigned emit(rte_mbuf** frames, unsigned count) noexcept;
    void watch_round() noexcept;
    [[nodiscard]] bool is_cold(std::uint64_t now) const noexcept;
    void open(Phase phase, std::uint64_t bursts) noexcept;
    void close() noexcept;
    template<class Work>
    void alone(std::vector<double>& into, Work&& work) noexcept;
    [[nodiscard]] double per_packet(std::uint64_t cycles) const noexcept;

    Train& train_;
    unsigned burst_;
    rte_mempool* pool_;
    Effort effort_;
    double cycles_per_ms_;
    StageClock* stages_;
    Preemption preemption_;
    Windows windows_;

    Phase phase_ = Phase::warm_up;
    std::uint64_t first_ = 0;                   // TSC of the first packet
    std::uint64_t emitted_ = 0;                 // packets since
    std::uint64_t round_ = 0;                   // TSC of the train's first packet, the last time
    std::uint64_t bursts_ = 0;                  // of a window, known after warm-up
    std::uint64_t fastest_ = ~std::uint64_t{0}; // cycles of a part of the warm-up
    std::uint64_t started_ = 0;                 // TSC, of this phase
    std::uint64_t ended_ = 0;                   // TSC, when its last packet had left; 0: it has not
    std::uint64_t left_ = 0;                    // bursts of this phase
};

} // namespace sluice::bench
