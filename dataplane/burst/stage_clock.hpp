// Where the cycles of the bursts go, pass by pass: for measurement (`tools/bench --stages`). One worker writes it; read
// it when that worker rests. Costs a look at the TSC per pass and burst, so that figures of a clocked run are a little
// high.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <rte_cycles.h>

namespace sluice {

class StageClock {
public:
    // The passes of the express lane; `leave` is the last one and all that goes the general way.
    enum class Pass : std::uint8_t { look, open, choose, hash, fetch, deepen, group, resolve, tunnel, foresee, leave };
    static constexpr std::array<std::string_view, 11> names{"look",  "open",    "choose", "hash",    "fetch", "deepen",
                                                            "group", "resolve", "tunnel", "foresee", "leave"};

    void begin(unsigned packets) noexcept
    {
        packets_ += packets;
        last_ = rte_rdtsc();
    }
    void end(Pass pass) noexcept
    {
        const std::uint64_t now = rte_rdtsc();
        cycles_[static_cast<std::size_t>(pass)] += now - last_;
        last_ = now;
    }
    void clear() noexcept { *this = {}; }

    // TSC cycles per packet since the last clear(), in the order of `names`.
    [[nodiscard]] std::array<double, names.size()> per_packet() const noexcept
    {
        std::array<double, names.size()> cycles{};
        for (std::size_t i = 0; packets_ != 0 && i < cycles.size(); ++i)
            cycles[i] = static_cast<double>(cycles_[i]) / static_cast<double>(packets_);
        return cycles;
    }

private:
    std::array<std::uint64_t, names.size()> cycles_{};
    std::uint64_t packets_ = 0;
    std::uint64_t last_ = 0;
};

} // namespace sluice
