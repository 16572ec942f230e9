// A worker's way out of one port: frames gather and leave together, when the buffer is full and once per loop.
// What the device does not take dies here under its name; nothing waits longer than one loop. A frame in more segments
// than the device sends at once is copied into one buffer first.
#pragma once

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
        const Departure only{frame, 0, interface};
        add(&only, 1);
    }
    // All from one interface, at most transmit_buffer_slots.
    void add(const Departure* departures, unsigned count) noexcept
    {
        if (count_ + count > transmit_buffer_slots) flush();
        unsigned end = count_;
        std::uint64_t bytes = 0;
        for (unsigned i = 0; i < count; ++i) {
            rte_mbuf* frame = departures[i].frame;
            if (frame->nb_segs > most_segments_) [[unlikely]] {
                frame = join(departures->interface, frame);
                if (frame == nullptr) continue;
            }
            frames_[end++] = frame;
            bytes += frame->pkt_len;
        }
        if (end == count_) return; // not one was taken
        Run& run = run_of(departures->interface);
        run.frames = static_cast<std::uint16_t>(run.frames + end - count_);
        run.bytes += bytes;
        count_ = end;
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

    [[nodiscard]] Run& run_of(std::uint16_t interface) noexcept
    {
        if (run_count_ == 0 || runs_[run_count_ - 1].interface != interface) runs_[run_count_++] = {interface, 0, 0};
        return runs_[run_count_ - 1];
    }
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
