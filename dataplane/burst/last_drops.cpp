#include "dataplane/burst/last_drops.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include <rte_mbuf.h>

namespace sluice {
namespace {

using Words = std::array<std::uint64_t, sizeof(DroppedPacket) / 8>;
using enum std::memory_order;

constexpr std::uint64_t interval = 1U << 15; // ticks

} // namespace

bool LastDrops::is_too_many(std::uint64_t now) noexcept
{
    constexpr std::uint64_t most_saved = slots * interval;
    next_due_ = std::max(next_due_, now > most_saved ? now - most_saved : 0);
    if (next_due_ > now) return true;
    next_due_ += interval;
    return false;
}

void LastDrops::record(std::uint64_t now, std::uint8_t reason, std::uint16_t interface, const rte_mbuf& mbuf,
                       std::uint16_t frame_offset) noexcept
{
    if (is_too_many(now)) return;
    DroppedPacket packet;
    const std::uint16_t offset = std::min<std::uint16_t>(frame_offset, mbuf.data_off);
    packet.time_ticks = now;
    packet.length = mbuf.pkt_len + offset;
    packet.interface = interface;
    packet.reason = reason;
    packet.captured = static_cast<std::uint8_t>(std::min<std::size_t>(mbuf.data_len + offset, packet.bytes.size()));
    std::memcpy(packet.bytes.data(), rte_pktmbuf_mtod(&mbuf, const std::uint8_t*) - offset, packet.captured);

    Slot& slot = ring_[next_++ % slots];
    const std::uint64_t sequence = slot.sequence.load(relaxed);
    slot.sequence.store(sequence + 1, relaxed);
    std::atomic_thread_fence(std::memory_order_release);
    const Words words = std::bit_cast<Words>(packet);
    for (std::size_t i = 0; i < words.size(); ++i)
        slot.words[i].store(words[i], relaxed);
    slot.sequence.store(sequence + 2, std::memory_order_release);
}

std::vector<DroppedPacket> LastDrops::read() const
{
    std::vector<DroppedPacket> packets;
    for (const Slot& slot : ring_) {
        const std::uint64_t before = slot.sequence.load(std::memory_order_acquire);
        Words words;
        for (std::size_t i = 0; i < words.size(); ++i)
            words[i] = slot.words[i].load(relaxed);
        std::atomic_thread_fence(std::memory_order_acquire);
        const bool whole = before != 0 && (before & 1) == 0 && slot.sequence.load(relaxed) == before;
        if (whole) packets.push_back(std::bit_cast<DroppedPacket>(words));
    }
    std::sort(packets.begin(), packets.end(),
              [](const DroppedPacket& a, const DroppedPacket& b) { return a.time_ticks < b.time_ticks; });
    return packets;
}

} // namespace sluice
