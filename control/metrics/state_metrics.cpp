// What the control process makes of the backends, and what it announces.
#include <array>

#include "control/desired/backends.hpp"
#include "control/metrics/rows.hpp"

namespace sluice::control::metrics {
namespace {

constexpr std::array standings{Standing::used,    Standing::waiting,    Standing::unhealthy,
                               Standing::drained, Standing::weightless, Standing::unlisted};

void usable(const Figures& figures, Samples& out)
{
    int left = most_services;
    for (const auto& [service, backends] : figures.control.backends)
        if (left-- > 0) out.add(number(backends.usable), {service});
}

void by_state(const Figures& figures, Samples& out)
{
    int left = most_services;
    for (const auto& [service, backends] : figures.control.backends)
        if (left-- > 0)
            for (const auto& [standing, count] : backends.standings)
                out.add(number(count), {service, text(standing)});
}

void all_down(const Figures& figures, Samples& out)
{
    out.add(number(figures.control.status.services_all_down()));
}

template<auto member>
void of_announcing(const Figures& figures, Samples& out)
{
    out.add(number((figures.control.status.announcing().*member)()));
}

constexpr std::array state_rows{
    Metric{"sluice_service_usable_backends", gauge, "service", usable, "Backends that get new flows."},
    Metric{"sluice_service_backend_states", gauge, "service, state", by_state,
           "Backends by what registry, health checks and operator say of them, as `sluicectl services` shows it."},
    Metric{"sluice_services_all_down", gauge, "", all_down, "Checked services whose backends are all down."},
    Metric{"sluice_announcements_wanted", gauge, "", of_announcing<&api::Announcing::wanted>,
           "Prefixes that are to be announced."},
    Metric{"sluice_announcements", gauge, "", of_announcing<&api::Announcing::announced>,
           "Of them, prefixes that the routing daemon has been given."},
    Metric{"sluice_node_drained", gauge, "", of_announcing<&api::Announcing::drained>,
           "1 from `sluicectl drain node` to `undrain node`."},
};

} // namespace

std::map<std::string, BackendFigures> backend_figures(const ServiceStates& services)
{
    std::map<std::string, BackendFigures> all;
    for (const auto& [name, state] : services) {
        BackendFigures& figures = all[name];
        figures.usable = state.usable;
        for (const Standing standing : standings)
            figures.standings[standing] = 0;
        for (const BackendState& backend : state.backends)
            ++figures.standings[backend.standing];
    }
    return all;
}

std::span<const Metric> state_metrics()
{
    return state_rows;
}

} // namespace sluice::control::metrics
