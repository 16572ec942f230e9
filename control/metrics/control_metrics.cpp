// The control process's own figures, one row each. They are there without a dataplane too.
#include "control/metrics/rows.hpp"

#include <array>

namespace sluice::control::metrics {
namespace {

template<auto member>
void control_status(const Figures& figures, Samples& out)
{
    out.add(number((figures.control.status.*member)()));
}

void uptime(const Figures& figures, Samples& out)
{
    out.add(number(figures.control.status.uptime_s()) + figures.control_age_s);
}

void turn_age(const Figures& figures, Samples& out)
{
    out.add(figures.control_age_s);
}

void is_in_error(const Figures& figures, Samples& out)
{
    out.add(figures.control.status.error().empty() ? 0 : 1);
}

template<auto member>
void of_reconciler(const Figures& figures, Samples& out)
{
    out.add(number(figures.control.reconciler.*member));
}

void objects(const Figures& figures, Samples& out)
{
    out.add(number(figures.control.objects));
}

template<auto member>
void of_feeds(const Figures& figures, Samples& out)
{
    for (const api::Feed& feed : figures.control.status.feeds())
        out.add(number((feed.*member)()), {feed.name(), feed.kind()});
}

void feed_state(const Figures& figures, Samples& out)
{
    for (const api::Feed& feed : figures.control.status.feeds())
        for (const char* state : {"synchronised", "stale", "error"})
            out.add(feed.state() == state ? 1 : 0, {feed.name(), feed.kind(), state});
}

void feed_age(const Figures& figures, Samples& out)
{
    for (const api::Feed& feed : figures.control.status.feeds())
        out.add(number(feed.age_s()) + figures.control_age_s, {feed.name(), feed.kind()});
}

void acknowledgements(const Figures& figures, Samples& out)
{
    for (const auto& [feed, values] : figures.control.acknowledgements)
        out.add(values, {feed});
}

using Status = api::ControlStatus;
using Tally = Reconciler::Tally;

constexpr std::array control_rows{
    Metric{"sluice_control_uptime_seconds", gauge, "", uptime, "Age of the control process."},
    Metric{"sluice_control_turn_age_seconds", gauge, "", turn_age,
           "Time since its main thread came round; over 2 it waits for somebody, mostly for the dataplane."},
    Metric{"sluice_control_dataplane_connected", gauge, "", control_status<&Status::dataplane_connected>,
           "1 while it is connected to the dataplane."},
    Metric{"sluice_control_generation", gauge, "", control_status<&Status::generation>,
           "Number of the tables that were acknowledged last."},
    Metric{"sluice_control_applied_number", gauge, "", control_status<&Status::applied>,
           "Number of the configuration in force, as `sluicectl apply` printed it."},
    Metric{"sluice_control_needs_restart", gauge, "", control_status<&Status::needs_restart_size>,
           "Keys that wait for a restart of the dataplane."},
    Metric{"sluice_control_error", gauge, "", is_in_error,
           "1 while `sluicectl status` shows an error of the control process."},
    Metric{"sluice_control_confirm_left_seconds", gauge, "", control_status<&Status::confirm_left_s>,
           "Time left for `sluicectl confirm`; 0 while nothing waits for it."},
    Metric{"sluice_reconciler_objects", gauge, "", objects, "Objects that the dataplane holds, as known last."},
    Metric{"sluice_reconciler_committed_total", counter, "", of_reconciler<&Tally::committed>,
           "Transactions that the dataplane committed."},
    Metric{"sluice_reconciler_refused_total", counter, "", of_reconciler<&Tally::refused>,
           "Transactions that the dataplane refused, tries again included."},
    Metric{"sluice_reconciler_connections_total", counter, "", of_reconciler<&Tally::connections>,
           "Connections to a dataplane; each began with a comparison of all it held."},
    Metric{"sluice_reconciler_dataplane_starts_total", counter, "", of_reconciler<&Tally::dataplane_starts>,
           "Of them, connections to a dataplane with another start identity than the one before."},
    Metric{"sluice_feed_state", gauge, "feed, kind, state", feed_state,
           "1 for the state the feed is in: synchronised, stale or error."},
    Metric{"sluice_feed_age_seconds", gauge, "feed, kind", feed_age, "Time since its state or content changed."},
    Metric{"sluice_feed_entries", gauge, "feed, kind", of_feeds<&api::Feed::entries>, "Entries that count."},
    Metric{"sluice_feed_skipped", gauge, "feed, kind", of_feeds<&api::Feed::skipped>,
           "Entries that are left out because something is wrong with them."},
    Metric{"sluice_feed_acknowledged_seconds", histogram, "feed", acknowledgements,
           "From a change that the feed noticed to the dataplane's acknowledgement."},
};
} // namespace

std::span<const Metric> control_metrics()
{
    return control_rows;
}

} // namespace sluice::control::metrics
