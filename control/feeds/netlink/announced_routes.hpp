// Our routes (protocol 199) on the announcing link: what is there, what is wanted, and the difference brought to the
// kernel. What is found at the start is adopted; what stays wanted is never touched. Fed with the same messages as the
// mirror, by the same thread.
//
// When the link vanishes, its routes went with the dataplane. A new link belongs to a new dataplane, whose tables are
// empty: nothing is added to it by what was wanted for the former one.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "control/feeds/netlink/socket.hpp"
#include "dataplane/base/address.hpp"

namespace sluice::control::netlink {

struct WantedRoutes {
    std::uint64_t dataplane = 0;             // start identity of the one that serves them; 0: remove only
    std::map<Prefix, std::uint32_t> metrics; // host bits cleared
    bool operator==(const WantedRoutes&) const = default;
};

struct AnnouncedRoute {
    Prefix prefix;
    std::uint32_t metric = 0;
    std::chrono::steady_clock::time_point since; // as far as this process knows
    std::string error;                           // not there, because the kernel said this
};

class AnnouncedRoutes {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    void handle(const nlmsghdr& message, TimePoint now);
    void clear_routes(); // before a dump of routes
    void clear();        // before a full dump
    [[nodiscard]] bool take_stale();

    void want(std::optional<WantedRoutes> wanted); // nullopt: as they are

    // What is to be done now: routes by prefix and metric.
    using Key = std::pair<Prefix, std::uint32_t>;
    struct Changes {
        std::vector<Key> add;
        std::vector<Key> remove;
    };
    [[nodiscard]] Changes changes();
    // Does it.
    void step(Socket& requests, TimePoint now);

    [[nodiscard]] bool take_changed();
    [[nodiscard]] std::vector<AnnouncedRoute> snapshot() const;

private:
    void handle_link(const nlmsghdr& message);
    void lose_link();
    void handle_route(const nlmsghdr& message, TimePoint now);
    void note(const Key& key, TimePoint now);
    void forget(const Key& key);
    bool report(const char* what, const Key& key, const Result<void>& done);

    std::uint32_t link_ = 0; // 0: there is none
    std::uint32_t last_link_ = 0;
    bool up_ = false;
    std::map<Key, TimePoint> present_;
    std::map<Key, TimePoint> before_; // what was there before a dump: how long it has been known
    std::map<Prefix, std::string> errors_;
    std::optional<WantedRoutes> wanted_;
    std::uint64_t gone_ = 0; // the dataplane that was wanted for when the link was not there
    TimePoint next_try_{};
    bool stale_ = false;
    bool changed_ = false;
};

} // namespace sluice::control::netlink
