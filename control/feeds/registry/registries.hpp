// All registries of the configuration, by name. The one place that knows which kinds exist.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "control/feeds/registry/feed.hpp"
#include "control/feeds/registry/place.hpp"

namespace sluice::control::registry {

// A value: a copy shares the feeds, so that a configuration which is tried and then refused leaves the former set
// whole.
class Registries {
public:
    Registries() = default;
    // `places`: where feeds connect from. Without the node's they connect from the host's, which is made when needed.
    explicit Registries(Places places)
        : places_(std::move(places))
    {
    }

    // These registries for another configuration: what is new is started and read once, what has the same settings is
    // shared with this set and keeps what it holds. `asked`: the services that are of interest, by registry.
    [[nodiscard]] Registries with(const std::map<std::string, config::Registry>& wanted,
                                  const std::map<std::string, Names>& asked = {}) const;

    // Once a second, and whenever one of descriptors() is readable. true: some services may differ.
    [[nodiscard]] bool handle();
    // Losses held back are meant. true: some services may differ.
    [[nodiscard]] bool confirm();

    [[nodiscard]] std::vector<int> descriptors() const;
    [[nodiscard]] std::map<std::string, std::optional<Services>> services() const;
    // (registry, service): asked for and not answered yet.
    [[nodiscard]] std::set<std::pair<std::string, std::string>> unread() const;
    [[nodiscard]] std::vector<FeedStatus> status() const;

private:
    struct Running {
        config::Registry settings;
        std::shared_ptr<Feed> feed;
        std::shared_ptr<const Names> asked; // as long as a set that asks for them lives
    };
    [[nodiscard]] std::shared_ptr<Feed> start(const std::string& name, const config::Registry& settings);

    Places places_;
    std::map<std::string, Running> running_;
};

} // namespace sluice::control::registry
