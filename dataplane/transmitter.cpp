#include "dataplane/transmitter.hpp"

#include <rte_cycles.h>

namespace sluice::dataplane {

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
    count(sent);
    for (unsigned i = sent; i < count_; ++i)
        drop(interfaces_[i], frames_[i], removed ? worker::Drop::port_removed : worker::Drop::tx_queue_full);
    count_ = 0;
}

// Frames of one interface follow each other, so a run of them is written once.
void Transmitter::count(unsigned sent) noexcept
{
    for (unsigned i = 0; i < sent;) {
        const std::uint16_t interface = interfaces_[i];
        const unsigned first = i;
        std::uint64_t bytes = 0;
        for (; i < sent && interfaces_[i] == interface; ++i)
            bytes += bytes_[i];
        books_.interfaces[interface].add(i - first, bytes);
    }
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
