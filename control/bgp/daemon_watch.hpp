// Whether the routing daemons live. Their routes stay in the kernel when they are killed, so their death is an event of
// its own: seen by a pidfd at once, whoever started them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "dataplane/api/descriptor.hpp"

namespace sluice::control::bgp {

class DaemonWatch {
public:
    using Clock = std::chrono::steady_clock;

    // Files with process numbers; none: nobody is watched, and nobody dies.
    void watch(const std::vector<std::string>& files, Clock::time_point now);
    // Looks at all of them; without a daemon that is watched this reads a small file each time.
    void look(Clock::time_point now);

    [[nodiscard]] bool is_watching() const { return !daemons_.empty(); }
    // Since when one of them is gone, or nullopt. From the first look on it counts as gone until it is seen.
    [[nodiscard]] std::optional<Clock::time_point> gone_since() const;
    [[nodiscard]] std::string gone() const;             // "/run/frr/gw1/bgpd.pid", the files of those that are gone
    [[nodiscard]] std::vector<int> descriptors() const; // readable: look

private:
    struct Daemon {
        std::string file;
        api::Descriptor life; // pidfd
        Clock::time_point gone_since;
    };
    std::vector<Daemon> daemons_;
};

} // namespace sluice::control::bgp
