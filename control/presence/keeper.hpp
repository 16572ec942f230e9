// Keeps the gateway present in its VPCs, in a thread of its own: making a thousand devices must not stop the mirror,
// and it is the kernel that is waited for. Tried again each second while something fails, looked over every 30 s.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "control/feeds/feed_status.hpp"
#include "control/presence/namespaces.hpp"
#include "control/presence/reconcile.hpp"
#include "control/presence/wanted.hpp"

namespace sluice::control::presence {

class Keeper {
public:
    // `confine` is what the thread does first: give up privileges. It needs CAP_NET_ADMIN.
    Keeper(std::unique_ptr<Namespaces> namespaces, const std::function<void()>& confine);
    ~Keeper(); // what was made stays: the next process takes it over

    // ---- Any thread.
    void want(Wanted wanted);
    [[nodiscard]] FeedStatus status() const; // named "presence"; entries: VPCs that are as they should be
    [[nodiscard]] Namespaces& namespaces() { return *namespaces_; }

private:
    void run();
    void bring(const Wanted& wanted);

    std::unique_ptr<Namespaces> namespaces_;
    mutable std::mutex mutex_; // guards the three below
    std::optional<Wanted> wanted_;
    FeedStatus status_;
    bool stopping_ = false;
    api::Descriptor wishes_; // eventfd
    std::thread thread_;
};

} // namespace sluice::control::presence
