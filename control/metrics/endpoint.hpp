// The HTTP server of prometheus-cpp (civetweb) on node.metrics, put up, moved and taken down as the configuration says.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "config/schema.hpp"
#include "control/metrics/collector.hpp"

namespace prometheus {
class Exposer;
}

namespace sluice::control::metrics {

class Endpoint {
public:
    using Clock = std::chrono::steady_clock;

    explicit Endpoint(const std::string& dataplane_socket);
    ~Endpoint();

    // To be called on every turn: listens where it is wanted. An address that cannot be had is tried again every five
    // seconds, and stands in error().
    void serve(const std::optional<config::ListenAddress>& wanted, Clock::time_point now);

    [[nodiscard]] bool is_on() const { return exposer_ != nullptr; }
    [[nodiscard]] const std::string& error() const { return error_; }
    [[nodiscard]] Board& board() { return board_; }

private:
    void start(Clock::time_point now);
    void say(const std::string& error);

    Board board_;
    std::shared_ptr<Collector> collector_;
    std::optional<config::ListenAddress> present_;
    std::unique_ptr<prometheus::Exposer> exposer_;
    Clock::time_point retry_due_{};
    std::string error_;
};

} // namespace sluice::control::metrics
