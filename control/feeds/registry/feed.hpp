// A source that says which backends serve which service.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/schema.hpp"
#include "control/feeds/feed_status.hpp"

namespace sluice::control::registry {

using Services = std::map<std::string, std::vector<config::Backend>>;

class Feed {
public:
    virtual ~Feed() = default;

    // Readable when handle() has work; -1 when the source is polled by time only.
    [[nodiscard]] virtual int descriptor() const = 0;

    // Reads what is new. true: services() may differ from before. Must be called once a second as well, for hold times.
    [[nodiscard]] virtual bool handle() = 0;

    // An operator says that a loss which is held back is meant. true: services() may differ from before.
    [[nodiscard]] virtual bool confirm() = 0;

    // The last good set. nullopt: nothing was ever read, so nobody may conclude that there are no backends.
    [[nodiscard]] virtual const std::optional<Services>& services() const = 0;

    [[nodiscard]] virtual FeedStatus status() const = 0;
};

} // namespace sluice::control::registry
