// The table of metrics: its rows, its README, what becomes of figures, and who is asked for them how often.
#include <catch2/catch.hpp>

#include <atomic>
#include <fstream>
#include <set>

#include <prometheus/text_serializer.h>

#include "control/metrics/collector.hpp"
#include "control/metrics/table.hpp"
#include "dataplane/base/address.hpp"
#include "tests/support/serving.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sluice::control::metrics {
namespace {

// The endpoint's text for these figures.
std::string exported(const api::Metrics* dataplane, const ControlFigures& control, double age = 0)
{
    return prometheus::TextSerializer().Serialize(families({dataplane, control, age}));
}

bool has(const std::string& text, const std::string& line)
{
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

std::string packed(const char* address)
{
    return IpAddress::parse(address)->packed();
}

api::Metrics metrics_of_a_node()
{
    api::Metrics metrics;
    metrics.mutable_status()->set_uptime_s(41);
    api::TableUse& pool = *metrics.mutable_status()->add_tables();
    pool.set_table("pool_blocks");
    pool.set_name("carrier");
    pool.set_used(3);
    pool.set_high_water(9);
    api::PortStats& port = *metrics.mutable_ports()->add_ports();
    port.set_name("fabric");
    port.set_rx_bytes(1ULL << 53);
    api::Reason& drop = *metrics.mutable_drops()->add_drops();
    drop.set_stage("vxlan");
    drop.set_name("vni_unknown");
    drop.set_packets(7);
    metrics.mutable_drops()->mutable_law()->set_dropped(7);
    metrics.mutable_drops()->mutable_law()->set_balanced(true);
    api::WorkerStats& worker = *metrics.mutable_workers()->add_workers();
    worker.set_packets(10);
    worker.set_busy_cycles(2'500);
    worker.set_total_cycles(10'000);
    worker.set_longest_gap_ns(1'500'000);
    return metrics;
}

api::ServiceStats& add_service(api::Metrics& metrics, const std::string& name)
{
    api::ServiceStats& service = *metrics.mutable_services()->add_services();
    service.set_name(name);
    return service;
}

} // namespace

TEST_CASE("metrics: the README has exactly one row for each, and each is named as Prometheus wants it")
{
    std::ifstream file("control/metrics/README.md");
    std::multiset<std::string> rows;
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("| `sluice_")) rows.insert(line);
    std::set<std::string_view> names;
    for (const Metric& metric : all_metrics()) {
        CAPTURE(metric.name);
        CHECK(rows.count(readme_row(metric)) == 1);
        CHECK(names.insert(metric.name).second);
        CHECK(metric.name.ends_with("_total") == (metric.type == prometheus::MetricType::Counter));
        CHECK(metric.help.ends_with('.'));
        CHECK(metric.help.find('|') == std::string_view::npos);
    }
    CHECK(rows.size() == names.size());
}

TEST_CASE("metrics: figures of the dataplane become series")
{
    const api::Metrics metrics = metrics_of_a_node();
    const std::string text = exported(&metrics, {});
    CHECK(has(text, "sluice_dataplane_up 1"));
    CHECK(has(text, "sluice_dataplane_uptime_seconds 41"));
    CHECK(has(text, "# TYPE sluice_dropped_packets_total counter"));
    CHECK(has(text, "sluice_dropped_packets_total{stage=\"vxlan\",reason=\"vni_unknown\"} 7"));
    CHECK(has(text, "sluice_law_packets_total{term=\"dropped\"} 7"));
    CHECK(has(text, "sluice_law_balanced 1"));
    CHECK(has(text, "sluice_interface_receive_bytes_total{interface=\"fabric\"} 9007199254740992"));
    CHECK(has(text, "sluice_worker_cycles_per_packet{worker=\"0\"} 250"));
    CHECK(has(text, "sluice_worker_busy_ratio{worker=\"0\"} 0.25"));
    CHECK(has(text, "sluice_worker_longest_gap_seconds{worker=\"0\"} 0.0015"));
    CHECK(has(text, "sluice_table_used{table=\"pool_blocks\",name=\"carrier\"} 3"));
    CHECK(has(text, "sluice_table_high_water{table=\"pool_blocks\",name=\"carrier\"} 9"));
}

TEST_CASE("metrics: without a dataplane only the control process speaks")
{
    ControlFigures control;
    control.status.set_applied(4);
    api::Feed& feed = *control.status.add_feeds();
    feed.set_name("shop");
    feed.set_kind("file");
    feed.set_state("stale");
    feed.set_age_s(10);
    control.acknowledgements["shop"].count = 2;
    control.acknowledgements["shop"].sum_s = 0.25;
    const std::string text = exported(nullptr, control, 0.5);
    CHECK(has(text, "sluice_dataplane_up 0"));
    CHECK(text.find("sluice_law") == std::string::npos);
    CHECK(text.find("sluice_worker") == std::string::npos);
    CHECK(has(text, "sluice_control_applied_number 4"));
    CHECK(has(text, "sluice_control_turn_age_seconds 0.5"));
    CHECK(has(text, "sluice_feed_state{feed=\"shop\",kind=\"file\",state=\"stale\"} 1"));
    CHECK(has(text, "sluice_feed_state{feed=\"shop\",kind=\"file\",state=\"synchronised\"} 0"));
    CHECK(has(text, "sluice_feed_age_seconds{feed=\"shop\",kind=\"file\"} 10.5"));
    CHECK(has(text, "sluice_feed_acknowledged_seconds_bucket{feed=\"shop\",le=\"+Inf\"} 2"));
    CHECK(has(text, "sluice_feed_acknowledged_seconds_sum{feed=\"shop\"} 0.25"));
}

TEST_CASE("metrics: backends by state, and what is announced")
{
    ServiceStates services;
    ServiceState& order = services["order"];
    order.usable = 1;
    order.backends.resize(3);
    order.backends[1].standing = order.backends[2].standing = Standing::unhealthy;
    ControlFigures control;
    control.backends = backend_figures(services);
    control.status.set_services_all_down(2);
    control.status.mutable_announcing()->set_wanted(4);
    control.status.mutable_announcing()->set_announced(3);
    const std::string text = exported(nullptr, control);
    CHECK(has(text, "sluice_service_usable_backends{service=\"order\"} 1"));
    CHECK(has(text, "sluice_service_backend_states{service=\"order\",state=\"used\"} 1"));
    CHECK(has(text, "sluice_service_backend_states{service=\"order\",state=\"unhealthy\"} 2"));
    CHECK(has(text, "sluice_service_backend_states{service=\"order\",state=\"drained\"} 0"));
    CHECK(has(text, "sluice_services_all_down 2"));
    CHECK(has(text, "sluice_announcements_wanted 4"));
    CHECK(has(text, "sluice_announcements 3"));
    CHECK(has(text, "sluice_node_drained 0"));
}

TEST_CASE("metrics: series of services are bounded, and what is left out is told")
{
    api::Metrics metrics;
    for (int i = 0; i < most_services + 5; ++i)
        add_service(metrics, "service-" + std::to_string(i));
    for (int i = 0; i < most_backends + 7; ++i) {
        api::BackendStats& backend = *metrics.mutable_services()->mutable_services(0)->add_backends();
        backend.set_address(packed("2001:db8::1"));
        backend.set_port(static_cast<std::uint32_t>(i + 1));
    }
    const std::string text = exported(&metrics, {});
    CHECK(has(text, "sluice_service_backends{service=\"service-999\"} 0"));
    CHECK_FALSE(has(text, "sluice_service_backends{service=\"service-1000\"} 0"));
    CHECK(has(text, "sluice_backend_weight{service=\"service-0\",backend=\"[2001:db8::1]:10000\"} 0"));
    CHECK(text.find("]:10001\"") == std::string::npos);
    CHECK(has(text, "sluice_metrics_left_out{what=\"services\"} 5"));
    CHECK(has(text, "sluice_metrics_left_out{what=\"backends\"} 7"));
}

TEST_CASE("metrics: the dataplane is asked once a second however many ask, and its absence is told")
{
    const test::TemporaryFolder folder;
    const std::string socket = folder.file("dataplane.sock");
    std::atomic<int> asked = 0;
    Board board;
    const Collector collector(socket, board);
    const auto text = [&] { return prometheus::TextSerializer().Serialize(collector.Collect()); };
    {
        const test::Serving dataplane(socket, [&](const api::Request& request, const api::Peer& peer) {
            if (!request.has_query()) return test::answer(request, peer);
            ++asked;
            api::Reply reply;
            *reply.mutable_metrics() = metrics_of_a_node();
            return reply;
        });
        for (int i = 0; i < 50; ++i)
            CHECK(has(text(), "sluice_dataplane_up 1"));
        CHECK(asked == 1);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1'200));
    CHECK(has(text(), "sluice_dataplane_up 0"));
}

} // namespace sluice::control::metrics
