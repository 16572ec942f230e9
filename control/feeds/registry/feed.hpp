// A source that says which backends serve which service.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/schema.hpp"
#include "control/feeds/feed_status.hpp"

namespace sluice::control::registry {

using Services = std::map<std::string, std::vector<config::Backend>>;

using Names = std::set<std::string>; // of services, as the configuration writes them

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

    // These services are asked for, as long as somebody holds the set. A source that lists all of its own accord need
    // not know.
    virtual void ask(const std::shared_ptr<const Names>& services) { (void)services; }

    // Asked for, and not answered yet: of these services() says nothing, and nobody may conclude anything.
    [[nodiscard]] virtual Names unread() const { return {}; }

    [[nodiscard]] virtual FeedStatus status() const = 0;
};

} // namespace sluice::control::registry
