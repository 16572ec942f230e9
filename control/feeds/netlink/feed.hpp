// The mirror as the main thread sees it: a thread of its own in the node's namespace, changes out, wishes in.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "control/feeds/feed_status.hpp"
#include "control/feeds/netlink/worker.hpp"
#include "dataplane/api/descriptor.hpp"

namespace sluice::control::netlink {

class Feed {
public:
    // Returns when the thread is in the namespace, has given up privileges by `confine`, and has read the kernel's
    // state once. An error: the namespace or the socket cannot be had, and nothing runs.
    [[nodiscard]] static Result<std::unique_ptr<Feed>> start(std::string netns, OurLinks ours,
                                                             std::function<void()> confine);
    ~Feed();

    [[nodiscard]] int descriptor() const { return changed_.get(); } // readable when take() has something
    // What has changed since the last call. What changes while nobody takes is told once, however often it changed.
    [[nodiscard]] KernelUpdate take();
    [[nodiscard]] FeedStatus status() const;
    [[nodiscard]] std::vector<AnnouncedRoute> announced() const;

    void want(Wanted wanted);
    void probe(const NeighborPlace& place);

private:
    Feed();
    void run(Worker worker);
    void take_wishes(Worker& worker);
    [[nodiscard]] bool tell(Mirror& mirror);
    void publish(Worker& worker, const Result<void>& step, std::chrono::steady_clock::time_point noticed);

    mutable std::mutex mutex_; // guards the five below
    KernelUpdate update_;      // empty: taken
    bool more_waits_ = false;  // in the mirror, until update_ is taken
    FeedStatus status_;
    std::vector<AnnouncedRoute> announced_;
    std::optional<Wanted> wanted_;
    std::vector<NeighborPlace> probes_;
    bool stopping_ = false; // under the mutex as well
    api::Descriptor changed_;
    api::Descriptor wishes_;
    std::optional<std::chrono::steady_clock::time_point>
        untold_since_; // the thread's own: the first change in the mirror
    std::thread thread_;
};

} // namespace sluice::control::netlink
