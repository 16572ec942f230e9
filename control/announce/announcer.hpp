// Decides when the wishes become the kernel's routes:
//
//   no `bgp` section, or drained ─────────────────────────► none, at once
//   the dataplane has not settled since we connected ─────► as they are: a restart of ours withdraws nothing
//   settled, the node's own routes are still coming ──────► what is no longer wished for goes, nothing is added
//   ready ────────────────────────────────────────────────► the wishes
//
// Ready, once for each start of a dataplane: it holds a way out (a route of the file or of the kernel) and the kernel
// has been quiet for a while, or we have waited long enough. Main loop's thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "control/announce/wishes.hpp"
#include "control/feeds/netlink/announced_routes.hpp"

namespace sluice::control::announce {

struct Situation {
    const config::Config& config;
    bool drained = false;
    bool settled = false;        // the dataplane holds what is wanted, at least once since we connected
    std::uint64_t dataplane = 0; // its start identity
    bool has_way_out = false;    // a route that leads further than the links themselves
    Usable held;
};

class Announcer {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::milliseconds quiet{500};
    static constexpr std::chrono::seconds patience{10};

    // A state is wanted in which these services work: what goes is withdrawn before it is programmed.
    void set_next(Usable next) { next_ = std::move(next); }
    [[nodiscard]] const Usable& next() const { return next_; }
    // The kernel said something new.
    void kernel_changed(Clock::time_point now) { kernel_changed_ = now; }

    // What the kernel should hold; nullopt: as it is.
    [[nodiscard]] std::optional<netlink::WantedRoutes> decide(const Situation& situation, Clock::time_point now);

    [[nodiscard]] const Wishes& wishes() const { return wishes_; }
    [[nodiscard]] std::string waits_for() const { return waits_for_; } // empty: for nothing
    [[nodiscard]] bool waits() const { return waiting_since_.has_value(); }

private:
    [[nodiscard]] bool is_ready(const Situation& situation, Clock::time_point now);

    Usable next_;
    Wishes wishes_;
    std::string waits_for_;
    Clock::time_point kernel_changed_{};
    std::optional<Clock::time_point> waiting_since_;
    std::uint64_t ready_for_ = 0; // start identity of a dataplane
};

} // namespace sluice::control::announce
