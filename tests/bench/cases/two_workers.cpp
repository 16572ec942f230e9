// Both directions of the same sessions at one time, by two workers: one has what the campus sends, the other the
// answers. Each direction writes its own line, so two workers should do twice the work of one.
#include <algorithm>
#include <array>
#include <cstdio>

#include <rte_cycles.h>

#include "tests/bench/cases/nat_flows.hpp"
#include "tests/bench/duet.hpp"

namespace sluice::bench {
namespace {

Prepared both_directions(Node& node, std::size_t count)
{
    const Shared flows = campus_flows(count);
    establish(node, flows);
    Prepared prepared = timed_outward(flows);
    Prepared answers = timed_inward(flows);
    prepared.other = std::move(answers.train);
    prepared.other_oracle = std::move(answers.oracle);
    return prepared;
}

using Values = std::vector<double> DuetWindows::*;

double median(const DuetWindows& windows, Values values)
{
    return figures_of(windows.*values).median;
}

// What two do at a time by what one does: 2 at best.
struct Scaling {
    double best = 0; // by the quietest window of both together, and of each alone
    double median = 0;
};

// Packets per cycle of both in one window.
double most_together(const Duet& duet, Values values)
{
    double most = 0;
    for (std::size_t window = 0; window < (duet.together()[0].*values).size(); ++window) {
        double both = 0;
        for (const DuetWindows& worker : duet.together())
            both += 1 / (worker.*values)[window];
        most = std::max(most, both);
    }
    return most;
}

Scaling scaling(const Duet& duet, Values values)
{
    double together = 0;
    double alone = 0;
    double most_alone = 0;
    for (unsigned worker = 0; worker < Duet::workers; ++worker) {
        together += 1 / median(duet.together()[worker], values);
        const Figures figures = figures_of(duet.alone()[worker].*values);
        alone += 1 / figures.median / Duet::workers;
        most_alone += 1 / figures.min / Duet::workers;
    }
    return {most_together(duet, values) / most_alone, together / alone};
}

void fill(Row& row, const Duet& duet)
{
    Windows first;
    first.total = duet.together()[0].loop;
    first.source_and_sink = duet.together()[0].source_and_sink;
    first.floor = duet.together()[0].floor;
    row.measured(first);
    const auto path = [](const DuetWindows& windows) {
        return median(windows, &DuetWindows::loop) - median(windows, &DuetWindows::source_and_sink);
    };
    const Scaling ours = scaling(duet, &DuetWindows::loop);
    const Scaling swap = scaling(duet, &DuetWindows::floor);
    const double percent = 100 * ours.best / swap.best;
    const double median_percent = 100 * ours.median / swap.median;
    row.more = {{"out_cycles_alone", path(duet.alone()[0])},
                {"out_cycles_together", path(duet.together()[0])},
                {"in_cycles_alone", path(duet.alone()[1])},
                {"in_cycles_together", path(duet.together()[1])},
                {"macswap_cycles_alone", median(duet.alone()[0], &DuetWindows::floor)},
                {"macswap_cycles_together", median(duet.together()[0], &DuetWindows::floor)},
                {"scaling", ours.best},
                {"macswap_scaling", swap.best},
                {"scaling_by_macswap_percent", percent},
                {"scaling_by_macswap_percent_median", median_percent}};
    std::array<char, 192> text{};
    std::snprintf(text.data(), text.size(),
                  "out %.0f -> %.0f, in %.0f -> %.0f; two do %.2f of one, macswap %.2f: %.0f %%, by medians %.0f %%",
                  path(duet.alone()[0]), path(duet.together()[0]), path(duet.alone()[1]), path(duet.together()[1]),
                  ours.best, swap.best, percent, median_percent);
    row.remark = text.data();
}

std::string measure_two(const Measuring& with, Row& row, Node& node, Prepared& prepared)
{
    Pass out(prepared.train, row.burst, with.rig.pool(), prepared.oracle);
    Pass in(*prepared.other, row.burst, with.rig.pool(), prepared.other_oracle);
    node.run({&out, &in});
    Duet duet(prepared.train, *prepared.other, with.rig.pool(), with.effort, rte_get_tsc_hz());
    node.run(duet.jobs());
    fill(row, duet);
    if (duet.together()[0].loop.size() < with.effort.windows)
        row.remark += "; " + std::to_string(duet.together()[0].loop.size()) + " clean windows only";
    std::string wrong = out.trouble() + in.trouble() + node.trouble();
    if (node.sessions() != prepared.sessions) wrong += "the number of sessions is not exact";
    return wrong;
}

} // namespace

std::vector<Case> two_worker_cases()
{
    Case two{"nat44-two-workers", "flows", {64 * thousand, million}, {}, hold_sessions, both_directions};
    two.workers = Duet::workers;
    two.measure = measure_two;
    return {two};
}

} // namespace sluice::bench
