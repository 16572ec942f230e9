// Rows as people paste them into a commit, and as programs read them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/bench/measurement.hpp"

namespace sluice::bench {

struct Figures {
    double min = 0;
    double median = 0;
    double max = 0;
};
[[nodiscard]] Figures figures_of(std::vector<double> values); // all 0 when there are none

// TSC cycles per packet.
struct Row {
    std::string name;
    std::string unit; // "flows" or "tunnels"
    std::size_t count = 0;
    unsigned burst = 0;
    Figures path;               // the worker's loop without source and sink
    double source_and_sink = 0; // median
    double floor = 0;           // least: source, MAC swap and sink
    std::optional<double> budget;
    std::vector<std::pair<std::string, double>> stages; // mean cycles per packet of each pass, when asked for
    std::vector<std::pair<std::string, double>> more;   // fields of the JSON that only some rows have
    bool verified = false;
    std::string remark;

    void measured(const Windows& windows);
    [[nodiscard]] bool over_budget() const { return budget && path.min > *budget; }
};

[[nodiscard]] std::string table_head();
[[nodiscard]] std::string table_line(const Row& row);
[[nodiscard]] std::string json(const std::vector<Row>& rows);

} // namespace sluice::bench
