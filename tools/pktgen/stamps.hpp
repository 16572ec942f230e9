// Latency: some frames carry the time of their departure in the last bytes of their innermost payload, which no
// translation and no tunnel touches. Their UDP checksum is zero, so nothing has to be corrected (RFC 768).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace sluice::pktgen {

struct Stamp {
    std::uint64_t mark = 0;
    std::uint64_t tsc = 0;

    static constexpr std::uint64_t ours = 0x736C756963652121; // in no profile's payload by chance
    static constexpr std::size_t every = 64;                  // one frame in so many carries one
};

inline void write_stamp(std::span<std::byte> frame, std::uint64_t tsc)
{
    const Stamp stamp{Stamp::ours, tsc};
    std::memcpy(frame.data() + frame.size() - sizeof stamp, &stamp, sizeof stamp);
}

class Latencies {
public:
    void note(std::span<const std::byte> frame, std::uint64_t now)
    {
        Stamp stamp;
        if (frame.size() < sizeof stamp || cycles_.size() == most) return;
        std::memcpy(&stamp, frame.data() + frame.size() - sizeof stamp, sizeof stamp);
        if (stamp.mark == Stamp::ours && now >= stamp.tsc) cycles_.push_back(now - stamp.tsc);
    }
    [[nodiscard]] std::size_t count() const { return cycles_.size(); }
    // The latency that this share of the stamped frames did not exceed; 0 without any. Sorts.
    [[nodiscard]] std::uint64_t cycles_at(double share)
    {
        if (cycles_.empty()) return 0;
        std::ranges::sort(cycles_);
        const auto index = static_cast<std::size_t>(share * static_cast<double>(cycles_.size() - 1));
        return cycles_[index];
    }

private:
    static constexpr std::size_t most = 1'000'000;
    std::vector<std::uint64_t> cycles_;
};

} // namespace sluice::pktgen
