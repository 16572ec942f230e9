// Two workers at once, each with a train of its own, in windows that both begin at one moment: their loops together and
// each alone, and the same of source, MAC swap, sink and of source and sink alone. So what one costs the other is seen
// beside what the machine costs both.
//
// One worker shares its core with the main thread and gives way to it whenever it stands at the barrier between two
// windows, and not within one. A window in which either was preempted does not count.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

#include "tests/bench/lane.hpp"
#include "tests/bench/measurement.hpp"

namespace sluice::bench {

// TSC cycles per packet, one value per clean window.
struct DuetWindows {
    std::vector<double> loop;  // the worker's, source and sink in it
    std::vector<double> floor; // source, MAC swap, sink
    std::vector<double> source_and_sink;
};

class Duet {
public:
    static constexpr unsigned workers = 2;

    Duet(Train& first, Train& second, rte_mempool* pool, const Effort& effort, std::uint64_t tsc_hz);

    [[nodiscard]] std::vector<Job*> jobs() { return {&parts_[0], &parts_[1]}; }
    // After they are done, by worker.
    [[nodiscard]] const std::array<DuetWindows, workers>& together() const { return together_; }
    [[nodiscard]] const std::array<DuetWindows, workers>& alone() const { return alone_; }
    [[nodiscard]] unsigned rejected() const { return rejected_; }

private:
    enum class Work : std::uint8_t { loop, floor, source_and_sink };
    struct Phase {
        Work work;
        std::array<bool, workers> takes_part;
    };
    static constexpr std::array<bool, workers> both{true, true};
    static constexpr std::array<Phase, 9> round{{{Work::loop, both},
                                                 {Work::loop, {true, false}},
                                                 {Work::loop, {false, true}},
                                                 {Work::floor, both},
                                                 {Work::floor, {true, false}},
                                                 {Work::floor, {false, true}},
                                                 {Work::source_and_sink, both},
                                                 {Work::source_and_sink, {true, false}},
                                                 {Work::source_and_sink, {false, true}}}};

    // A window in TSC: begins at one moment for both, is counted in its middle.
    struct Window {
        std::uint64_t start = 0;
        std::uint64_t lead = 0; // until it is counted: each finds its way back into the caches
        std::uint64_t length = 0;
        std::uint64_t tail = 0; // afterwards, so that nobody is counted while the other has ended
    };

    class Part final : public Job {
    public:
        Part(Duet& duet, unsigned number, Train& train, rte_mempool* pool);

        [[nodiscard]] unsigned receive(rte_mbuf** frames, unsigned room) noexcept override;
        void take(std::uint16_t port, rte_mbuf** frames, unsigned count) noexcept override;

        [[nodiscard]] std::uint64_t emitted() const { return emitted_; }
        [[nodiscard]] std::uint64_t flows() const { return train_.flows(); }
        void finish() noexcept { done(); }

        double cycles_per_packet = 0; // of the last window
        bool preempted = false;       // in it

    private:
        enum class State : std::uint8_t { fresh, waiting, working };

        void wait_for_next() noexcept;
        [[nodiscard]] bool begins() noexcept;
        [[nodiscard]] bool is_over(std::uint64_t now) noexcept;
        void work_alone() noexcept;
        [[nodiscard]] unsigned emit(rte_mbuf** frames, unsigned room) noexcept;

        Duet& duet_;
        unsigned number_;
        Train& train_;
        rte_mempool* pool_;
        Preemption preemption_;
        State state_ = State::fresh;
        unsigned turns_seen_ = 0;
        std::uint64_t emitted_ = 0; // packets, all in all
        std::uint64_t counted_from_ = 0;
        std::uint64_t counted_since_ = 0; // TSC; 0: not yet
        bool counted_ = false;
    };

    void arrive() noexcept; // a worker's part of the phase has ended
    void turn() noexcept;
    [[nodiscard]] bool is_warm() const noexcept;
    [[nodiscard]] bool keep() noexcept;
    void open(std::size_t phase) noexcept;

    Effort effort_;
    double cycles_per_ms_;
    std::array<Part, workers> parts_;
    std::array<DuetWindows, workers> together_;
    std::array<DuetWindows, workers> alone_;
    unsigned rejected_ = 0;

    // Written by who arrives last, read by both after turns_ has gone up.
    std::size_t phase_ = 0;
    Window window_;
    bool warming_up_ = true;
    std::atomic<unsigned> arrived_{0};
    std::atomic<unsigned> turns_{0};
};

} // namespace sluice::bench
