// What a scrape reads: the dataplane's word and the control process's own, each of one moment.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "control/acknowledgements.hpp"
#include "control/desired/judgements.hpp"
#include "control/reconciler.hpp"
#include "dataplane/api/sluice.pb.h"

namespace sluice::control::metrics {

// How many backends of a service are in which state.
struct BackendFigures {
    std::map<Standing, std::uint32_t> standings; // all of them, also those of no backend
    std::uint32_t usable = 0;                    // that get new flows
};

[[nodiscard]] std::map<std::string, BackendFigures> backend_figures(const ServiceStates& services);

struct ControlFigures {
    api::ControlStatus status;
    Reconciler::Tally reconciler;
    std::uint64_t objects = 0; // that are programmed
    std::map<std::string, Acknowledgements::Figures> acknowledgements;
    std::map<std::string, BackendFigures> backends; // by service
};

struct Figures {
    const api::Metrics* dataplane; // nullptr: it does not answer
    const ControlFigures& control;
    double control_age_s; // since the main thread came round; ages grow by it
};

// Where the main thread leaves its figures once per turn, so that no scrape ever waits for it.
class Board {
public:
    using Clock = std::chrono::steady_clock;
    using Entry = std::pair<std::shared_ptr<const ControlFigures>, Clock::time_point>;

    void publish(ControlFigures figures)
    {
        auto entry = Entry(std::make_shared<const ControlFigures>(std::move(figures)), Clock::now());
        const std::lock_guard guard(mutex_);
        entry_.swap(entry);
    }
    [[nodiscard]] Entry read() const
    {
        const std::lock_guard guard(mutex_);
        return entry_;
    }

private:
    mutable std::mutex mutex_;
    Entry entry_{std::make_shared<const ControlFigures>(), Clock::now()};
};

} // namespace sluice::control::metrics
