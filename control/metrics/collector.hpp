// Answers a scrape, in a thread of the HTTP server: asks the dataplane over a connection of its own, as sluicectl does,
// and takes the control process's figures from the board. Scrapes wait for each other and for nobody else.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include <prometheus/collectable.h>

#include "control/metrics/figures.hpp"

namespace sluice::control::metrics {

class Collector final : public prometheus::Collectable {
public:
    // `board` outlives the collector.
    Collector(std::string dataplane_socket, const Board& board)
        : socket_(std::move(dataplane_socket))
        , board_(board)
    {
    }

    [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;

private:
    using Clock = std::chrono::steady_clock;

    void refresh() const;

    std::string socket_;
    const Board& board_;
    mutable std::mutex mutex_; // guards the two below
    mutable std::optional<api::Metrics> dataplane_;
    mutable Clock::time_point fresh_until_{};
};

} // namespace sluice::control::metrics
