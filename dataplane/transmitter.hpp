// A worker's way out of one port: frames gather and leave together, when the buffer is full and once per loop.
// What the device does not take dies here under its name; nothing waits longer than one loop. A frame in more segments
// than the device sends at once is copied into one buffer first.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "dataplane/burst/last_drops.hpp"
#include "dataplane/burst/ledger.hpp"
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
        if (frame->nb_segs > most_segments_) [[unlikely]] {
            frame = join(interface, frame);
            if (frame == nullptr) return;
        }
        frames_[count_] = frame;
        interfaces_[count_] = interface;
        bytes_[count_] = frame->pkt_len;
        if (++count_ == transmit_buffer_slots) flush();
    }
    void flush() noexcept
    {
        if (count_ != 0) send_all();
    }

private:
    void send_all() noexcept;
    void count(unsigned sent) noexcept;
    void drop(std::uint16_t interface, rte_mbuf* frame, worker::Drop why) noexcept;
    // A copy in one segment; `frame` is given up. nullptr: no buffer, or none large enough, and the frame has died.
    [[nodiscard]] rte_mbuf* join(std::uint16_t interface, rte_mbuf* frame) noexcept;

    const Port& port_;
    std::uint16_t queue_;
    unsigned most_segments_;
    rte_mempool* pool_;
    Books books_;
    unsigned count_ = 0;
    std::array<rte_mbuf*, transmit_buffer_slots> frames_{};
    std::array<std::uint16_t, transmit_buffer_slots> interfaces_{};
    std::array<std::uint32_t, transmit_buffer_slots> bytes_{}; // asked before sending: afterwards the frame is gone
};

} // namespace sluice::dataplane
