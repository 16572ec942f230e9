// What an operator sees of the control process.
#include "control/node.hpp"

#include <unistd.h>

namespace sluice::control {
namespace {

std::uint64_t seconds_since(std::chrono::steady_clock::time_point then)
{
    const auto age = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - then);
    return static_cast<std::uint64_t>(std::max<std::int64_t>(age.count(), 0));
}

void add_feed(api::ControlStatus& status, const FeedStatus& feed, const Acknowledgements& acknowledgements)
{
    api::Feed& out = *status.add_feeds();
    out.set_name(feed.name);
    out.set_kind(feed.kind);
    out.set_state(text(feed.state));
    out.set_age_s(seconds_since(feed.since));
    out.set_entries(feed.entries);
    out.set_error(feed.error);
    out.set_skipped(feed.skipped);
    out.set_first_skipped(feed.first_skipped);
    if (const Acknowledgements::Figures* figures = acknowledgements.find(feed.name)) {
        out.set_ack_last_us(figures->last.count());
        out.set_ack_p99_us(figures->p99.count());
    }
}

} // namespace

api::ControlStatus Node::status() const
{
    api::ControlStatus status;
    api::Hello& hello = *status.mutable_hello();
    hello.set_version(api::version);
    hello.set_start_identity(static_cast<std::uint64_t>(since_.time_since_epoch().count()));
    hello.set_program("sluice-control");
    hello.set_config_digest(plan_.configuration.settings.digest);
    hello.set_generation(reconciler_.generation());
    hello.set_node(plan_.configuration.settings.node.name);
    status.set_uptime_s(seconds_since(since_));
    status.set_dataplane_connected(reconciler_.is_connected());
    status.set_generation(reconciler_.generation());
    status.set_applied(applied_);
    std::string error = reconciler_.error();
    if (const std::string other = hooks_.other_error(); !other.empty()) error += (error.empty() ? "" : "; ") + other;
    for (const std::string& problem : problems_)
        error += (error.empty() ? "" : "; ") + problem;
    status.set_error(error);
    for (const std::string& line : plan_.needs_restart)
        status.add_needs_restart(line);
    for (const auto& [name, service] : judgements_.former)
        if (service.all_down) status.set_services_all_down(status.services_all_down() + 1);
    for (const std::string& warning : warnings_)
        status.add_warnings(warning);
    if (learned_.left_out() != 0)
        status.add_warnings("learned routes: " + std::to_string(learned_.left_out()) +
                            " are not programmed, because all of memory.routes " +
                            std::to_string(plan_.effective.memory.routes) + " are in use");
    for (const std::string& line : drained_.unreadable())
        status.add_warnings(line);
    if (started_unknown_)
        status.add_needs_restart("unknown: the dataplane was started with a configuration that is not kept here");
    if (trial_due_) {
        const auto left = std::chrono::ceil<std::chrono::seconds>(*trial_due_ - Clock::now());
        status.set_confirm_left_s(static_cast<std::uint64_t>(std::max<std::int64_t>(left.count(), 1)));
    }
    status.set_trial(trial_text());
    add_feed(status, hooks_.kernel_status(), acknowledgements_);
    for (const FeedStatus& feed : hooks_.routing_status())
        add_feed(status, feed, acknowledgements_);
    if (presence_ && !presence_->vpcs.empty()) add_feed(status, hooks_.presence_status(), acknowledgements_);
    for (const FeedStatus& feed : plan_.registries.status())
        add_feed(status, feed, acknowledgements_);
    fill(*status.mutable_announcing());
    return status;
}

} // namespace sluice::control
