// Registry of the kind `file`: a YAML file, watched by inotify on its folder, so that an atomic replacement (rename) is
// seen as well as a write. A text that is wrong anywhere, or a file that is gone, changes nothing: the last good set is
// held, the feed says stale and why, until keep-when-lost has passed; then the set is empty.
#pragma once

#include <string>

#include "control/feeds/registry/feed.hpp"
#include "control/feeds/registry/last_good.hpp"
#include "dataplane/api/descriptor.hpp"

namespace sluice::control::registry {

class FileFeed final : public Feed {
public:
    FileFeed(std::string name, config::Registry settings, LastGood::Clock clock = std::chrono::steady_clock::now);

    [[nodiscard]] int descriptor() const override { return inotify_.get(); }
    [[nodiscard]] bool handle() override;
    [[nodiscard]] bool confirm() override;
    [[nodiscard]] const std::optional<Services>& services() const override { return last_good_.services(); }
    [[nodiscard]] FeedStatus status() const override { return last_good_.status(); }

private:
    bool watch();
    bool drain();
    bool read();
    bool read_believing();

    config::Registry settings_;
    std::string folder_;
    std::string file_name_;
    api::Descriptor inotify_;
    int watch_ = -1;
    std::string text_; // of what last_good_ holds
    LastGood last_good_;
};

} // namespace sluice::control::registry
