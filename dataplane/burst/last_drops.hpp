// The last 256 packets a worker dropped: time, reason, interface, first bytes. Written by that worker, read by the
// telemetry thread slot by slot under a sequence number; a slot that is being rewritten is skipped, never half shown.
//
// In a flood this is a sample: after 256 at once another one is kept every 32,768 ticks (about 10 us), as copying each
// would cost more than dropping it. All are counted, elsewhere.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

struct rte_mbuf;

namespace sluice {

struct DroppedPacket {
    std::uint64_t time_ticks = 0; // TSC
    std::uint32_t length = 0;     // whole frame
    std::uint16_t interface = 0;
    std::uint8_t reason = 0; // flat
    std::uint8_t captured = 0;
    std::array<std::uint8_t, 128> bytes{};
};

class LastDrops {
public:
    static constexpr std::size_t slots = 256;

    // `now`: TSC, never going back. `frame_offset`: how far the mbuf's data start has moved past the frame's first byte
    // since it was received.
    void record(std::uint64_t now, std::uint8_t reason, std::uint16_t interface, const rte_mbuf& mbuf,
                std::uint16_t frame_offset) noexcept;
    [[nodiscard]] std::vector<DroppedPacket> read() const; // oldest first

private:
    struct Slot {
        std::atomic<std::uint64_t> sequence{0};
        std::array<std::atomic<std::uint64_t>, sizeof(DroppedPacket) / 8> words{};
    };

    [[nodiscard]] bool is_too_many(std::uint64_t now) noexcept;

    std::uint64_t next_ = 0;
    std::uint64_t next_due_ = 0; // when the next one may be kept, if none were saved up
    std::array<Slot, slots> ring_;
};
static_assert(sizeof(DroppedPacket) % 8 == 0);

} // namespace sluice
