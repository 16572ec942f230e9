// The node's relation to its routing daemons, for the main thread: what FRR should be configured to (managed), and for
// how long the routes of daemons that died are used.
#pragma once

#include <string>
#include <vector>

#include "config/schema.hpp"
#include "control/bgp/applier.hpp"
#include "control/bgp/daemon_watch.hpp"

namespace sluice::control::bgp {

class Routing {
public:
    using Clock = DaemonWatch::Clock;

    // Its thread takes on FRR's identity, which needs the privileges of a start.
    explicit Routing(const std::string& node);

    // A configuration has come into force. Reads the files of passwords.
    void configure(const config::Config& effective, Clock::time_point now);
    void look(Clock::time_point now) { watch_.look(now); }

    // Daemons died too long ago: their routes are not to be used.
    [[nodiscard]] bool are_routes_lost(Clock::time_point now) const;

    [[nodiscard]] std::vector<int> descriptors() const { return watch_.descriptors(); } // readable: look
    [[nodiscard]] std::vector<FeedStatus> status() const;

private:
    [[nodiscard]] FeedStatus daemons(Clock::time_point now) const;

    std::string node_;
    Applier applier_;
    DaemonWatch watch_;
    std::optional<std::chrono::milliseconds> keep_; // nullopt: forever
    std::string problem_;                           // a password that could not be read
    Clock::time_point since_ = Clock::now();        // of the present daemons
};

} // namespace sluice::control::bgp
