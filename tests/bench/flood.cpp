#include "tests/bench/flood.hpp"

#include <algorithm>

#include <rte_cycles.h>
#include <rte_mbuf.h>

#include "dataplane/wire/tcp.hpp"
#include "tests/bench/frame.hpp"

namespace sluice::bench {
namespace {

constexpr std::uint64_t stretches_per_s = 1'000;
constexpr double longest_call_s = 50e-6; // no burst of ours takes so long
constexpr std::size_t flags_at = ethernet_length + 20 + 13;

// Between two calls. Who is away until the ring is half full has no room left for what comes while he catches up.
std::uint64_t longest_absence(unsigned ring, double per_second, std::uint64_t tsc_hz)
{
    const double half_full_s = static_cast<double>(ring) / 2 / per_second;
    return static_cast<std::uint64_t>(std::min(longest_call_s, half_full_s) * static_cast<double>(tsc_hz));
}

} // namespace

Flood::Flood(Train& established, Train& flood, rte_mempool* pool, unsigned ring, double per_second, double seconds,
             std::uint64_t tsc_hz)
    : Job(established.port())
    , established_train_(established)
    , flood_train_(flood)
    , pool_(pool)
    , ring_(ring)
    , per_cycle_(per_second / static_cast<double>(tsc_hz))
    , stretch_cycles_(tsc_hz / stretches_per_s)
    , away_cycles_(longest_absence(ring, per_second, tsc_hz))
    , end_after_(static_cast<std::uint64_t>(seconds * static_cast<double>(tsc_hz)))
{
    established_train_.rewind();
    flood_train_.rewind();
}

unsigned Flood::receive(rte_mbuf** frames, unsigned room) noexcept
{
    if (is_done()) return 0;
    const std::uint64_t now = rte_rdtsc();
    look_at_clock(now);
    if (now - begun_ > end_after_) {
        done();
        return 0;
    }
    const auto due = static_cast<std::uint64_t>(static_cast<double>(now - begun_) * per_cycle_);
    if (due - arrived_ > ring_) lose(due - arrived_ - ring_);
    const std::uint64_t count = std::min<std::uint64_t>(due - arrived_, room);
    const auto of_both = of_flood(count);
    const unsigned fine = established_train_.emit(pool_, frames, static_cast<unsigned>(count - of_both));
    const unsigned bad = flood_train_.emit(pool_, frames + fine, static_cast<unsigned>(of_both));
    established_.arrived += fine;
    flood_.arrived += bad;
    arrived_ += fine + bad;
    return fine + bad;
}

// Closes a stretch when it is time, and sees whether the thread was away.
void Flood::look_at_clock(std::uint64_t now) noexcept
{
    if (begun_ == 0) begun_ = stretch_begun_ = last_call_ = now;
    if (now - last_call_ > away_cycles_) spoiled_ = 2; // the next one, too: what has come meanwhile is still there
    last_call_ = now;
    if (now - stretch_begun_ < stretch_cycles_) return;
    if (spoiled_ != 0) {
        --spoiled_;
        ++stretches_.left_out;
    } else {
        ++stretches_.clean;
        stretches_.arrived += established_.arrived - at_stretch_.arrived;
        stretches_.lost += established_.lost - at_stretch_.lost;
    }
    at_stretch_ = established_;
    stretch_begun_ = now;
}

void Flood::lose(std::uint64_t count) noexcept
{
    const std::uint64_t of_both = of_flood(count);
    flood_.arrived += of_both;
    flood_.lost += of_both;
    established_.arrived += count - of_both;
    established_.lost += count - of_both;
    arrived_ += count;
}

// Of the next packets of both.
std::uint64_t Flood::of_flood(std::uint64_t count) const noexcept
{
    return (arrived_ + count) / every - arrived_ / every;
}

void Flood::take(std::uint16_t, rte_mbuf** frames, unsigned count) noexcept
{
    for (unsigned i = 0; i < count; ++i) {
        const std::uint8_t flags = *rte_pktmbuf_mtod_offset(frames[i], const std::uint8_t*, flags_at);
        ++((flags & wire::Tcp::syn) != 0 ? flood_ : established_).left;
    }
    rte_pktmbuf_free_bulk(frames, count);
}

} // namespace sluice::bench
