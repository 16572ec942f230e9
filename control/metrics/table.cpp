#include "control/metrics/table.hpp"

#include <limits>

namespace sluice::control::metrics {
namespace {

std::vector<std::string> split(std::string_view labels)
{
    constexpr std::string_view comma = ", ";
    std::vector<std::string> out;
    while (!labels.empty()) {
        const std::size_t end = std::min(labels.find(comma), labels.size());
        out.emplace_back(labels.substr(0, end));
        labels.remove_prefix(std::min(end + comma.size(), labels.size()));
    }
    return out;
}

std::string_view type_name(prometheus::MetricType type)
{
    if (type == prometheus::MetricType::Counter) return "counter";
    return type == prometheus::MetricType::Gauge ? "gauge" : "histogram";
}

} // namespace

Samples::Samples(prometheus::MetricFamily& family, std::string_view labels)
    : family_(family)
    , labels_(split(labels))
{
}

prometheus::ClientMetric& Samples::next(const std::vector<std::string>& label_values)
{
    prometheus::ClientMetric& metric = family_.metric.emplace_back();
    for (std::size_t i = 0; i < labels_.size(); ++i)
        metric.label.push_back({labels_[i], label_values.at(i)});
    return metric;
}

void Samples::add(double value, const std::vector<std::string>& label_values)
{
    prometheus::ClientMetric& metric = next(label_values);
    if (family_.type == prometheus::MetricType::Counter)
        metric.counter.value = value;
    else
        metric.gauge.value = value;
}

void Samples::add(const Acknowledgements::Figures& distribution, const std::vector<std::string>& label_values)
{
    prometheus::ClientMetric& metric = next(label_values);
    metric.histogram.sample_count = distribution.count;
    metric.histogram.sample_sum = distribution.sum_s;
    for (std::size_t i = 0; i < Acknowledgements::bounds.size(); ++i)
        metric.histogram.bucket.push_back({distribution.up_to[i], Acknowledgements::bounds[i]});
    metric.histogram.bucket.push_back({distribution.count, std::numeric_limits<double>::infinity()});
}

std::vector<Metric> all_metrics()
{
    std::vector<Metric> all;
    for (const auto part : {dataplane_metrics(), service_metrics(), state_metrics(), control_metrics()})
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

std::string readme_row(const Metric& metric)
{
    const std::string labels = metric.labels.empty() ? "–" : std::string(metric.labels);
    return "| `" + std::string(metric.name) + "` | " + std::string(type_name(metric.type)) + " | " + labels + " | " +
           std::string(metric.help) + " |";
}

std::vector<prometheus::MetricFamily> families(const Figures& figures)
{
    std::vector<prometheus::MetricFamily> out;
    for (const Metric& metric : all_metrics()) {
        prometheus::MetricFamily family{std::string(metric.name), std::string(metric.help), metric.type, {}};
        Samples samples(family, metric.labels);
        metric.fill(figures, samples);
        if (!family.metric.empty()) out.push_back(std::move(family));
    }
    return out;
}

} // namespace sluice::control::metrics
