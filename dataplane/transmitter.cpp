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
        drop(i, removed ? worker::Drop::port_removed : worker::Drop::tx_queue_full);
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

void Transmitter::drop(unsigned index, worker::Drop why) noexcept
{
    const std::uint8_t reason = flat_reason(why);
    books_.last_drops.record(rte_rdtsc(), reason, interfaces_[index], *frames_[index], 0);
    books_.ledger.drop(reason);
    rte_pktmbuf_free(frames_[index]);
}

} // namespace sluice::dataplane
