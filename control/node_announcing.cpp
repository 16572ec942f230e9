// The node's part in announcing: what the announcer is told of it, and what an operator sees.
#include "control/node.hpp"

#include <algorithm>

#include <spdlog/spdlog.h>

#include "control/desired/builder.hpp"

namespace sluice::control {
namespace {

constexpr std::chrono::milliseconds look_again{100}; // while the announcer waits

template<class Clock>
std::uint64_t seconds_passed(std::chrono::time_point<Clock> then)
{
    const auto passed = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - then);
    return passed.count() < 0 ? 0 : static_cast<std::uint64_t>(passed.count());
}

} // namespace

Node::Clock::time_point Node::step(Clock::time_point now)
{
    if (trial_due_ && now >= *trial_due_) fall_back();
    Clock::time_point due = reconciler_.step(now);
    if (trial_due_) due = std::min(due, *trial_due_);
    if (announce_due_ || was_settled_ != reconciler_.is_settled() || announcer_.waits()) announce(now);
    return announcer_.waits() ? std::min(due, now + look_again) : due;
}

void Node::announce(Clock::time_point now)
{
    announce_due_ = false;
    was_settled_ = reconciler_.is_settled();
    auto routes =
        announcer_.decide({plan_.effective, drain_mark_.since().has_value(), was_settled_, reconciler_.start_identity(),
                           has_way_out(), announce::usable_services(reconciler_.programmed())},
                          now);
    netlink::Wanted wanted = asked_of_kernel_ ? *asked_of_kernel_ : wanted_of_kernel(plan_.effective, {});
    if (routes == wanted.announced) return;
    wanted.announced = std::move(routes);
    asked_of_kernel_ = wanted;
    hooks_.want(std::move(wanted));
}

bool Node::has_way_out() const
{
    const auto& routes = plan_.effective.routes;
    return learned_.size() != 0 ||
           std::any_of(routes.begin(), routes.end(), [](const auto& route) { return route.network == "public"; });
}

Result<void> Node::drain(const api::DrainNode& request)
{
    const bool undo = request.undo();
    if (auto done = drain_mark_.set(!undo, announce::DrainMark::Clock::now()); !done) return done;
    spdlog::info("event={}", undo ? "node_undrained" : "node_drained");
    announce(Clock::now());
    return {};
}

void Node::fill(api::Announcing& out) const
{
    out.set_configured(plan_.effective.bgp.line != 0);
    out.set_drained(drain_mark_.since().has_value());
    if (drain_mark_.since()) out.set_drained_s(seconds_passed(*drain_mark_.since()));
    out.set_waits_for(announcer_.waits_for());
    out.set_wanted(static_cast<std::uint32_t>(announcer_.wishes().size()));
    for (const netlink::AnnouncedRoute& route : hooks_.announced())
        if (route.error.empty()) out.set_announced(out.announced() + 1);
}

// What is there and what is wished for, together by prefix.
api::Announcements Node::announcements() const
{
    std::map<Prefix, api::Announcement> all;
    for (const auto& [prefix, wish] : announcer_.wishes()) {
        all[prefix].set_kind(std::string(announce::text(wish.kind)));
        all[prefix].set_of(wish.of);
    }
    for (const netlink::AnnouncedRoute& route : hooks_.announced()) {
        api::Announcement& out = all[route.prefix];
        if (const auto kind = announce::kind_of(route.metric)) out.set_kind(std::string(announce::text(*kind)));
        out.set_error(route.error);
        out.set_announced(route.error.empty());
        if (route.error.empty()) out.set_age_s(seconds_passed(route.since));
    }
    api::Announcements out;
    for (auto& [prefix, announcement] : all) {
        *announcement.mutable_prefix() = to_api(prefix);
        *out.add_announcements() = std::move(announcement);
    }
    return out;
}

} // namespace sluice::control
