#include "tests/bench/report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "tests/bench/options.hpp"

namespace sluice::bench {
namespace {

double tenths(double value)
{
    return std::round(value * 10) / 10;
}

template<class... Values>
std::string text(const char* format, Values... values)
{
    std::array<char, 256> line{};
    std::snprintf(line.data(), line.size(), format, values...);
    return line.data();
}

} // namespace

Figures figures_of(std::vector<double> values)
{
    if (values.empty()) return {};
    std::ranges::sort(values);
    return {values.front(), values[values.size() / 2], values.back()};
}

void Row::measured(const Windows& windows)
{
    const Figures total = figures_of(windows.total);
    source_and_sink = figures_of(windows.source_and_sink).median;
    floor = figures_of(windows.floor).min;
    path = {total.min - source_and_sink, total.median - source_and_sink, total.max - source_and_sink};
}

std::string table_head()
{
    return text("%-22s %8s %5s %8s %8s %8s %7s %7s %7s  %-8s %s", "case", "count", "burst", "min", "median", "max",
                "src+snk", "floor", "budget", "verified", "");
}

std::string table_line(const Row& row)
{
    const std::string budget = row.budget ? text("%.0f", *row.budget) : "-";
    const std::string over = row.over_budget() ? text("over budget x%.1f", row.path.min / *row.budget) : "";
    const std::string line = text("%-22s %8s %5u %8.1f %8.1f %8.1f %7.1f %7.1f %7s  %-8s %s", row.name.c_str(),
                                  count_text(row.count).c_str(), row.burst, row.path.min, row.path.median, row.path.max,
                                  row.source_and_sink, row.floor, budget.c_str(), row.verified ? "yes" : "NO",
                                  (over + (over.empty() || row.remark.empty() ? "" : "; ") + row.remark).c_str());
    std::string stages;
    for (const auto& [name, cycles] : row.stages)
        stages += text("  %s %.1f", name.c_str(), cycles);
    return stages.empty() ? line : line + "\n   " + stages;
}

std::string json(const std::vector<Row>& rows)
{
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const Row& row : rows) {
        nlohmann::ordered_json object;
        object["case"] = row.name;
        object[row.unit] = row.count;
        object["burst"] = row.burst;
        object["cycles_min"] = tenths(row.path.min);
        object["cycles_median"] = tenths(row.path.median);
        object["cycles_max"] = tenths(row.path.max);
        object["floor"] = tenths(row.floor);
        object["budget"] = row.budget ? nlohmann::ordered_json(*row.budget) : nlohmann::ordered_json();
        object["verified"] = row.verified;
        for (const auto& [name, cycles] : row.stages)
            object["stages"][name] = tenths(cycles);
        for (const auto& [name, value] : row.more)
            object[name] = std::round(value * 1'000) / 1'000;
        list.push_back(object);
    }
    return list.dump(2);
}

} // namespace sluice::bench
