// civetweb throws when it cannot listen; its exceptions end here. Its threads are this thread's children, so they live
// in the namespace that the process was started in and have the capabilities that are left.
#include "control/metrics/endpoint.hpp"

#include <exception>
#include <vector>

#include <prometheus/exposer.h>
#include <spdlog/spdlog.h>

namespace sluice::control::metrics {
namespace {

constexpr std::chrono::seconds retry{5};

// Two threads: one may be waiting for a slow client. Whoever sends or takes nothing for two seconds is cut off.
std::vector<std::string> options(const config::ListenAddress& endpoint)
{
    return {"listening_ports", endpoint.text(), "num_threads", "2", "request_timeout_ms", "2000"};
}

} // namespace

Endpoint::Endpoint(const std::string& dataplane_socket)
    : collector_(std::make_shared<Collector>(dataplane_socket, board_))
{
}

Endpoint::~Endpoint() = default;

void Endpoint::serve(const std::optional<config::ListenAddress>& wanted, Clock::time_point now)
{
    if (wanted != present_) {
        exposer_.reset(); // waits for scrapes that are under way
        present_ = wanted;
        retry_due_ = now;
        say("");
    }
    if (present_ && !exposer_ && now >= retry_due_) start(now);
}

void Endpoint::start(Clock::time_point now)
{
    try {
        exposer_ = std::make_unique<prometheus::Exposer>(options(*present_));
        exposer_->RegisterCollectable(collector_);
        say("");
        spdlog::info("event=metrics_served at={}", present_->text());
    } catch (const std::exception&) { // its text is about civetweb's context
        exposer_.reset();
        retry_due_ = now + retry;
        say("node.metrics: nobody can listen on " + present_->text() +
            "; is the address on this machine and the port free?");
    }
}

void Endpoint::say(const std::string& error)
{
    if (error != error_ && !error.empty()) spdlog::error("event=metrics_not_served error=\"{}\"", error);
    error_ = error;
}

} // namespace sluice::control::metrics
