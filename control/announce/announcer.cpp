#include "control/announce/announcer.hpp"

namespace sluice::control::announce {

std::optional<netlink::WantedRoutes> Announcer::decide(const Situation& situation, Clock::time_point now)
{
    wishes_.clear();
    waits_for_.clear();
    if (!situation.settled) waiting_since_.reset();
    if (situation.config.bgp.line == 0 || situation.drained) return netlink::WantedRoutes{};
    if (!situation.settled) {
        waits_for_ = "the dataplane has not been programmed yet";
        return std::nullopt;
    }
    wishes_ = announce::wishes(situation.config, situation.held, next_);
    netlink::WantedRoutes routes;
    if (is_ready(situation, now)) routes.dataplane = situation.dataplane;
    for (const auto& [prefix, wish] : wishes_)
        routes.metrics.emplace(prefix, static_cast<std::uint32_t>(wish.kind));
    return routes;
}

bool Announcer::is_ready(const Situation& situation, Clock::time_point now)
{
    if (ready_for_ == situation.dataplane) return true;
    if (!waiting_since_) waiting_since_ = now;
    const bool impatient = now - *waiting_since_ >= patience;
    const bool is_quiet = now - kernel_changed_ >= quiet;
    if (impatient || (situation.has_way_out && is_quiet)) {
        ready_for_ = situation.dataplane;
        waiting_since_.reset();
        return true;
    }
    waits_for_ = situation.has_way_out ? "routes are still coming in" : "there is no route out of this node yet";
    return false;
}

} // namespace sluice::control::announce
