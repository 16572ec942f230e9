#include "dataplane/transmitter.hpp"

#include <algorithm>

#include <rte_cycles.h>

namespace sluice::dataplane {

void Transmitter::add_each(rte_mbuf* const* frames, const DepartureRun& run) noexcept
{
    for (unsigned i = 0; i < run.frames; ++i) {
        rte_mbuf* frame = frames[i];
        if (frame->nb_segs > most_segments_) frame = join(run.interface, frame);
        if (frame == nullptr) continue;
        if (count_ == transmit_buffer_slots) flush();
        frames_[count_] = frame;
        took(run.interface, 1, frame->pkt_len);
    }
}

void Transmitter::send_all() noexcept
{
    unsigned sent = 0;
    const bool removed = port_.removed();
    while (!removed && sent < count_) {
        // Some drivers take a part at a time; one that takes nothing is full.
        const unsigned taken =
            rte_eth_tx_burst(port_.device(), queue_, &frames_[sent], static_cast<std::uint16_t>(count_ - sent));
        if (taken == 0) break;
        sent += taken;
    }
    books_.ledger.send(sent);
    unsigned first = 0;
    for (unsigned i = 0; i < run_count_; ++i) {
        end(runs_[i], first, sent, removed ? worker::Drop::port_removed : worker::Drop::tx_queue_full);
        first += runs_[i].frames;
    }
    count_ = run_count_ = 0;
}

// Of the buffer's first `sent` frames the lengths are not known any more, of the others they still are.
void Transmitter::end(const Run& run, unsigned first, unsigned sent, worker::Drop otherwise) noexcept
{
    const unsigned end = first + run.frames;
    const unsigned stays = std::clamp(sent, first, end);
    std::uint64_t bytes = run.bytes;
    for (unsigned i = stays; i < end; ++i) {
        bytes -= frames_[i]->pkt_len;
        drop(run.interface, frames_[i], otherwise);
    }
    books_.interfaces[run.interface].add(stays - first, bytes);
}

rte_mbuf* Transmitter::join(std::uint16_t interface, rte_mbuf* frame) noexcept
{
    rte_mbuf* joined = rte_pktmbuf_copy(frame, pool_, 0, UINT32_MAX);
    if (joined != nullptr && joined->nb_segs <= most_segments_) {
        rte_pktmbuf_free(frame);
        return joined;
    }
    rte_pktmbuf_free(joined); // of nullptr too
    drop(interface, frame, worker::Drop::tx_no_buffer);
    return nullptr;
}

void Transmitter::drop(std::uint16_t interface, rte_mbuf* frame, worker::Drop why) noexcept
{
    const std::uint8_t reason = flat_reason(why);
    books_.last_drops.record(rte_rdtsc(), reason, interface, *frame, 0);
    books_.ledger.drop(reason);
    rte_pktmbuf_free(frame);
}

} // namespace sluice::dataplane
