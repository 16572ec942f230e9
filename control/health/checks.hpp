// The checks as the main thread sees them: a thread of their own, targets in, verdicts out. The main thread waits for
// the dataplane's answers, for seconds when there is much to program; a check must not look late for that.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "control/health/checker.hpp"
#include "control/health/sockets.hpp"

namespace sluice::control::health {

class Checks {
public:
    // `open` is called in the thread; `settle` is what the thread does first: enter a namespace, give up privileges.
    explicit Checks(
        OpenSocket open, std::function<void()> settle = [] {});
    ~Checks();

    [[nodiscard]] int descriptor() const { return changed_.get(); } // readable when take() has something
    [[nodiscard]] std::vector<Change> take();                       // since the last call, in order

    // These targets from now on, and no others.
    void want(Targets targets);

private:
    void run();
    void take_wishes(Checker& checker);
    void publish(std::vector<Change> changes);

    OpenSocket open_;
    std::function<void()> settle_;
    std::mutex mutex_; // guards the three below
    std::vector<Change> changes_;
    std::optional<Targets> wanted_;
    bool stopping_ = false;
    api::Descriptor changed_;
    api::Descriptor wishes_;
    std::thread thread_;
};

} // namespace sluice::control::health
