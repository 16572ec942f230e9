// A worker's way out of one port: frames gather and leave together, when the buffer is full and once per loop.
// What the device does not take dies here under its name; nothing waits longer than one loop. A frame in more segments
// than the device sends at once is copied into one buffer first.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "dataplane/burst/last_drops.hpp"
#include "dataplane/burst/ledger.hpp"
#include "dataplane/burst/outlets.hpp"
#include "dataplane/counters.hpp"
#include "dataplane/limits.hpp"
#include "dataplane/port.hpp"
#include "dataplane/worker_drops.hpp"

namespace sluice::dataplane {

class Transmitter {
public:
    struct Books {
        Ledger& ledger;
        LastDrops& last_drops;
        std::vector<InterfaceCounter>& interfaces;
    };

    // `pool`: for the copies.
    Transmitter(const Port& port, std::uint16_t queue, rte_mempool* pool, const Books& books)
        : port_(port)
        , queue_(queue)
        , most_segments_(port.most_segments())
        , pool_(pool)
        , books_(books)
    {
    }

    void add(std::uint16_t interface, rte_mbuf* frame) noexcept
    {
        add(&frame, {0, interface, 1, frame->nb_segs > 1, frame->pkt_len});
    }
    // The frames of the run, at most transmit_buffer_slots.
    void add(rte_mbuf* const* frames, const DepartureRun& run) noexcept
    {
        if (run.chained) [[unlikely]]
            return add_each(frames, run);
        if (count_ + run.frames > transmit_buffer_slots) flush();
        std::copy_n(frames, run.frames, &frames_[count_]);
        took(run.interface, run.frames, run.bytes);
    }
    void flush() noexcept
    {
        if (count_ != 0) send_all();
    }

private:
    // Frames of one interface follow each other, so a run of them is counted once.
    struct Run {
        std::uint16_t interface;
        std::uint16_t frames;
        std::uint64_t bytes;
    };

    // The next `count` places of the buffer have frames of that interface.
    void took(std::uint16_t interface, unsigned count, std::uint64_t bytes) noexcept
    {
        if (run_count_ == 0 || runs_[run_count_ - 1].interface != interface) runs_[run_count_++] = {interface, 0, 0};
        Run& run = runs_[run_count_ - 1];
        run.frames = static_cast<std::uint16_t>(run.frames + count);
        run.bytes += bytes;
        count_ += count;
    }
    void add_each(rte_mbuf* const* frames, const DepartureRun& run) noexcept;
    void send_all() noexcept;
    void end(const Run& run, unsigned first, unsigned sent, worker::Drop otherwise) noexcept;
    void drop(std::uint16_t interface, rte_mbuf* frame, worker::Drop why) noexcept;
    // A copy in one segment; `frame` is given up. nullptr: no buffer, or none large enough, and the frame has died.
    [[nodiscard]] rte_mbuf* join(std::uint16_t interface, rte_mbuf* frame) noexcept;

    const Port& port_;
    std::uint16_t queue_;
    unsigned most_segments_;
    rte_mempool* pool_;
    Books books_;
    unsigned count_ = 0;
    unsigned run_count_ = 0;
    std::array<rte_mbuf*, transmit_buffer_slots> frames_{};
    std::array<Run, transmit_buffer_slots> runs_{}; // of one frame at least
};

} // namespace sluice::dataplane
