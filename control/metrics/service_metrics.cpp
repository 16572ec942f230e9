// Services and their backends. The only series whose number a configuration decides, so they are counted off.
#include "control/metrics/rows.hpp"

#include <algorithm>
#include <array>

namespace sluice::control::metrics {
namespace {

std::string endpoint(const api::BackendStats& backend)
{
    const auto address = IpAddress::unpack(backend.address());
    if (!address) return "?";
    if (backend.port() == 0) return address->text();
    const std::string host = address->is_v4() ? address->text() : "[" + address->text() + "]";
    return host + ":" + std::to_string(backend.port());
}

template<auto member>
void of_services(const Figures& figures, Samples& out)
{
    if (figures.dataplane == nullptr) return;
    int left = most_services;
    for (const api::ServiceStats& service : figures.dataplane->services().services())
        if (left-- > 0) out.add(number((service.*member)()), {service.name()});
}

template<auto member>
void of_backends(const Figures& figures, Samples& out)
{
    if (figures.dataplane == nullptr) return;
    int left = most_backends;
    for (const api::ServiceStats& service : figures.dataplane->services().services())
        for (const api::BackendStats& backend : service.backends())
            if (left-- > 0) out.add(number((backend.*member)()), {service.name(), endpoint(backend)});
}

void left_out(const Figures& figures, Samples& out)
{
    if (figures.dataplane == nullptr) return;
    const int services = figures.dataplane->services().services_size();
    int backends = 0;
    for (const api::ServiceStats& service : figures.dataplane->services().services())
        backends += service.backends_size();
    out.add(std::max(services - most_services, 0), {"services"});
    out.add(std::max(backends - most_backends, 0), {"backends"});
    out.add(std::max(figures.dataplane->status().tables_size() - most_tables, 0), {"tables"});
}

constexpr std::array service_rows{
    Metric{"sluice_service_backends", gauge, "service", of_services<&api::ServiceStats::backends_size>,
           "Backends that are programmed."},
    Metric{"sluice_backend_flows_total", counter, "service, backend", of_backends<&api::BackendStats::flows>,
           "Flows begun."},
    Metric{"sluice_backend_packets_total", counter, "service, backend", of_backends<&api::BackendStats::packets>,
           "Packets of both directions."},
    Metric{"sluice_backend_bytes_total", counter, "service, backend", of_backends<&api::BackendStats::bytes>,
           "Bytes of both directions."},
    Metric{"sluice_backend_weight", gauge, "service, backend", of_backends<&api::BackendStats::weight>,
           "Its weight; 0: it keeps its flows and gets no new ones."},
    Metric{"sluice_backend_share_ratio", gauge, "service, backend", of_backends<&api::BackendStats::share>,
           "Part of the new flows that it gets."},
    Metric{"sluice_metrics_left_out", gauge, "what", left_out,
           "Services, backends and tables above the limits of this endpoint: without series."},
};
} // namespace

std::span<const Metric> service_metrics()
{
    return service_rows;
}

} // namespace sluice::control::metrics
