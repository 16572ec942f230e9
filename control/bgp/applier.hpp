// Brings the configuration that is wanted into FRR, in a thread of its own: running frr-reload takes seconds, and needs
// the rights of FRR's user while the main thread has none to write.
//
//   main thread ── want(text) ──► Applier ── /etc/frr/NODE/frr.conf, frr-reload ──► bgpd, bfdd, zebra
//               ◄─ status() ────     └── sees FRR start anew, and gives it the configuration again
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "control/bgp/frr.hpp"
#include "control/feeds/feed_status.hpp"

namespace sluice::control::bgp {

struct Wanted {
    std::string text;
    std::vector<std::string> secrets; // in it, which nothing that is said may show
    bool operator==(const Wanted&) const = default;
};

class Applier {
public:
    explicit Applier(std::string space);
    ~Applier(); // waits for a frr-reload that runs; FRR and its configuration stay

    // nullopt: not managed, FRR is left alone.
    void want(std::optional<Wanted> wanted);
    // nullopt: nothing is wanted. synchronised: FRR runs what is wanted.
    [[nodiscard]] std::optional<FeedStatus> status() const;

private:
    using Clock = std::chrono::steady_clock;

    void run();
    void step(const Wanted& wanted);
    void say(FeedState state, std::string error, const Wanted& wanted);
    void retry_later();

    Frr frr_;
    // Of the thread alone.
    std::optional<Wanted> applied_;
    std::string instance_; // that it was applied to
    Clock::time_point due_{};
    std::chrono::milliseconds wait_{};

    mutable std::mutex mutex_; // guards the four below
    std::optional<Wanted> wanted_;
    FeedStatus status_;
    bool news_ = false;
    bool stopping_ = false;
    std::condition_variable changed_;
    std::thread thread_;
};

} // namespace sluice::control::bgp
