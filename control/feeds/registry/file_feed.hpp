// Registry of the kind `file`: a YAML file, watched by inotify on its folder, so that an atomic replacement (rename) is
// seen as well as a write. A text that is wrong anywhere, or a file that is gone, changes nothing: the last good set is
// held, the feed says stale and why, until keep-when-lost has passed; then the set is empty.
#pragma once

#include <functional>
#include <string>

#include "control/feeds/registry/feed.hpp"
#include "dataplane/api/descriptor.hpp"

namespace sluice::control::registry {

class FileFeed final : public Feed {
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    using Clock = std::function<TimePoint()>;

    FileFeed(std::string name, config::Registry settings, Clock clock = std::chrono::steady_clock::now);

    [[nodiscard]] int descriptor() const override { return inotify_.get(); }
    [[nodiscard]] bool handle() override;
    [[nodiscard]] bool confirm() override;
    [[nodiscard]] const std::optional<Services>& services() const override { return services_; }
    [[nodiscard]] FeedStatus status() const override { return status_; }

private:
    bool watch();
    bool drain();
    bool read();
    bool accept(Services services, std::string text, TimePoint noticed);
    bool lose(const std::string& why);
    bool expire();
    void enter(FeedState state, const std::string& error);

    config::Registry settings_;
    Clock clock_;
    std::string folder_;
    std::string file_name_;
    api::Descriptor inotify_;
    int watch_ = -1;
    std::string text_; // of services_
    std::optional<Services> services_;
    bool loss_confirmed_ = false;               // for the read that follows
    bool held_back_ = false;                    // what was read last is the loss of most endpoints
    std::optional<TimePoint> unreadable_since_; // keep-when-lost counts from here
    FeedStatus status_;
};

} // namespace sluice::control::registry
