// A port on which packets arrive by the clock, whether or not they are fetched: established flows' and a flood's, two
// to one. What finds the ring full is lost, as a NIC loses it. Everything happens in the worker's thread.
//
// A stretch of time in which the worker's thread was away (preempted, or its whole machine was), and the one behind it,
// are left out, for a NIC would lose packets then too, and it would say nothing of the flood. The TSC alone tells: to
// ask the kernel would be an absence itself.
#pragma once

#include <cstdint>

#include "tests/bench/lane.hpp"
#include "tests/bench/train.hpp"

namespace sluice::bench {

class Flood final : public Job {
public:
    static constexpr unsigned every = 3; // the third packet is the flood's

    struct Counts {
        std::uint64_t arrived = 0;
        std::uint64_t lost = 0; // found the ring full
        std::uint64_t left = 0; // by the worker's hands

        [[nodiscard]] std::uint64_t received() const { return arrived - lost; }
    };
    struct Stretches {
        std::uint64_t arrived = 0; // established flows' packets in clean stretches
        std::uint64_t lost = 0;
        unsigned clean = 0;
        unsigned left_out = 0;
    };

    // `per_second`: of both together. Both trains arrive at one port, in a ring of so many descriptors. The flood's
    // packets are SYNs.
    Flood(Train& established, Train& flood, rte_mempool* pool, unsigned ring, double per_second, double seconds,
          std::uint64_t tsc_hz);

    [[nodiscard]] unsigned receive(rte_mbuf** frames, unsigned room) noexcept override;
    void take(std::uint16_t port, rte_mbuf** frames, unsigned count) noexcept override;

    // After is_done().
    [[nodiscard]] const Counts& established() const { return established_; }
    [[nodiscard]] const Counts& flood() const { return flood_; }
    [[nodiscard]] const Stretches& stretches() const { return stretches_; }

private:
    void look_at_clock(std::uint64_t now) noexcept;
    void lose(std::uint64_t count) noexcept;
    [[nodiscard]] std::uint64_t of_flood(std::uint64_t count) const noexcept;

    Train& established_train_;
    Train& flood_train_;
    rte_mempool* pool_;
    std::uint64_t ring_;
    double per_cycle_;
    std::uint64_t stretch_cycles_;
    std::uint64_t away_cycles_;
    std::uint64_t end_after_;
    Counts established_;
    Counts flood_;
    Stretches stretches_;
    Counts at_stretch_; // established_ when the stretch began

    std::uint64_t begun_ = 0; // TSC
    std::uint64_t stretch_begun_ = 0;
    std::uint64_t last_call_ = 0;
    std::uint64_t arrived_ = 0; // of both: what was fetched or lost
    unsigned spoiled_ = 0;      // so many stretches, with this one
};

} // namespace sluice::bench
