// All registries of the configuration, by name. The one place that knows which kinds exist.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "control/feeds/registry/feed.hpp"

namespace sluice::control::registry {

// A value: a copy shares the feeds, so that a configuration which is tried and then refused leaves the former set
// whole.
class Registries {
public:
    // These registries for another configuration: what is new is started and read once, what has the same settings is
    // shared with this set and keeps what it holds.
    [[nodiscard]] Registries with(const std::map<std::string, config::Registry>& wanted) const;

    // Once a second, and whenever one of descriptors() is readable. true: some services may differ.
    [[nodiscard]] bool handle();
    // Losses held back are meant. true: some services may differ.
    [[nodiscard]] bool confirm();

    [[nodiscard]] std::vector<int> descriptors() const;
    [[nodiscard]] std::map<std::string, std::optional<Services>> services() const;
    [[nodiscard]] std::vector<FeedStatus> status() const;

private:
    struct Running {
        config::Registry settings;
        std::shared_ptr<Feed> feed;
    };
    std::map<std::string, Running> running_;
};

} // namespace sluice::control::registry
