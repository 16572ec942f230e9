// Every metric, once. The endpoint, and the rows of this folder's README, come from here.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <prometheus/metric_family.h>

#include "control/metrics/figures.hpp"

namespace sluice::control::metrics {

// The series of one metric, label values in the order of its row.
class Samples {
public:
    Samples(prometheus::MetricFamily& family, std::string_view labels);

    void add(double value, const std::vector<std::string>& label_values = {});
    void add(const Acknowledgements::Figures& distribution, const std::vector<std::string>& label_values);

private:
    prometheus::ClientMetric& next(const std::vector<std::string>& label_values);

    prometheus::MetricFamily& family_;
    std::vector<std::string> labels_;
};

struct Metric {
    std::string_view name;
    prometheus::MetricType type;
    std::string_view labels; // "stage, reason"; empty: one series
    void (*fill)(const Figures&, Samples&);
    std::string_view help; // one sentence
};

// No series grows with the sessions, tunnels or routes of a node; what grows with its configuration ends here.
inline constexpr int most_services = 1'000;
inline constexpr int most_backends = 10'000; // of all services together
inline constexpr int most_tables = 1'000;    // of which most are pools

[[nodiscard]] std::span<const Metric> dataplane_metrics(); // what only the dataplane can say
[[nodiscard]] std::span<const Metric> service_metrics();   // of them, about services and backends
[[nodiscard]] std::span<const Metric> state_metrics();     // of the control process, about backends and announcements
[[nodiscard]] std::span<const Metric> control_metrics();
[[nodiscard]] std::vector<Metric> all_metrics();

// The metric's row in the README's table: name | type | labels | meaning.
[[nodiscard]] std::string readme_row(const Metric& metric);

// A metric without series is left out.
[[nodiscard]] std::vector<prometheus::MetricFamily> families(const Figures& figures);

} // namespace sluice::control::metrics
