// Runs the cases that the command line names and prints their rows. Exit 1 when a packet was wrong or lost; time is
// reported, never judged.
#include <algorithm>
#include <cmath>
#include <iostream>

#include <rte_cycles.h>

#include "tests/bench/cases.hpp"
#include "tests/bench/options.hpp"
#include "tests/bench/report.hpp"
#include "tests/bench/world.hpp"

namespace sluice::bench {
namespace {

constexpr std::size_t quick_count = 2 * thousand; // at most, with --quick

class Program {
public:
    explicit Program(const Options& options)
        : options_(options)
        , config_(world(options.repository, most_workers))
        , rig_(config_)
    {
    }

    int run()
    {
        if (!options_.json) std::cout << table_head() << std::endl;
        for (const Case& one : all_cases())
            if (options_.cases.empty() || std::ranges::find(options_.cases, one.name) != options_.cases.end())
                for (const std::size_t count : counts_of(one))
                    measure(one, count);
        if (options_.json) std::cout << json(rows_) << std::endl;
        return std::ranges::all_of(rows_, &Row::verified) ? 0 : 1;
    }

private:
    std::vector<std::size_t> counts_of(const Case& one) const
    {
        const auto& asked = one.unit == "tunnels" ? options_.tunnels : options_.flows;
        if (!asked.empty()) return asked;
        if (!options_.quick) return one.counts;
        return {std::min(one.counts.back(), quick_count)};
    }

    std::vector<unsigned> bursts_of(const Case& one) const
    {
        if (!options_.bursts.empty()) return options_.bursts;
        return one.every_burst ? std::vector<unsigned>{8, 32, 64} : std::vector<unsigned>{64};
    }

    Row row_of(const Case& one, std::size_t count, unsigned burst) const
    {
        Row row;
        row.name = one.name;
        row.unit = one.unit;
        row.count = count;
        row.burst = burst;
        for (const Budget& budget : one.budgets)
            if (budget.count == count && burst == burst_size && !options_.quick) row.budget = budget.cycles;
        return row;
    }

    void measure(const Case& one, std::size_t count)
    {
        try {
            rig_.arrange(one.workers);
            config::Config config = config_;
            config.workers.cores.resize(one.workers);
            one.configure(config, count);
            Node node(rig_, std::move(config), one.adjust, stages());
            Prepared prepared = one.prepare(node, count);
            for (const unsigned burst : bursts_of(one)) {
                Row row = row_of(one, count, burst);
                if (one.meanwhile) row.budget = disturbed_budget(row, node, prepared);
                if (one.measure)
                    add(measured_by(one, row, node, prepared));
                else
                    add(measured(row, node, prepared, one.meanwhile));
            }
        } catch (const std::exception& error) {
            std::cerr << one.name << " " << count_text(count) << ": " << error.what() << std::endl;
            add(row_of(one, count, burst_size));
        }
    }

    // What the row may cost while something else goes on: 5 % more than without.
    std::optional<double> disturbed_budget(const Row& row, Node& node, Prepared& prepared) const
    {
        if (options_.quick) return std::nullopt;
        return measured(row, node, prepared, {}).path.min * 1.05;
    }

    Row measured_by(const Case& one, Row row, Node& node, Prepared& prepared) const
    {
        const std::string wrong = one.measure({rig_, effort_for(prepared), options_.quick}, row, node, prepared);
        row.verified = wrong.empty();
        if (!wrong.empty()) std::cerr << row.name << " " << count_text(row.count) << ": " << wrong << std::endl;
        return row;
    }

    Row measured(Row row, Node& node, Prepared& prepared, const std::function<void(Node&)>& meanwhile) const
    {
        Pass pass(prepared.train, row.burst, rig_.pool(), prepared.oracle, prepared.judged);
        node.run(pass, meanwhile);
        Measurement measurement(prepared.train, row.burst, rig_.pool(), effort_for(prepared), rte_get_tsc_hz(),
                                stages());
        node.run(measurement, meanwhile);
        const Windows& windows = measurement.windows();
        row.measured(windows);
        add_stages(row);
        add_memory(row, node);
        std::string wrong = pass.trouble();
        if (prepared.new_sessions) {
            wrong += trouble_of(*prepared.new_sessions, windows);
            if (!options_.quick)
                row.remark += (row.remark.empty() ? "" : "; ") +
                              rate_text(static_cast<double>(rte_get_tsc_hz()) / row.path.median);
            node.rest(prepared.sessions, prepared.new_sessions->life);
        }
        wrong += node.trouble();
        if (node.sessions() != prepared.sessions)
            wrong += std::to_string(node.sessions()) + " sessions instead of " + std::to_string(prepared.sessions);
        row.verified = wrong.empty();
        if (!wrong.empty()) std::cerr << row.name << " " << count_text(row.count) << ": " << wrong << std::endl;
        if (windows.total.size() < effort_for(prepared).windows)
            row.remark += " " + std::to_string(windows.total.size()) + " clean windows only";
        return row;
    }

    StageClock* stages() const { return options_.stages ? &stages_ : nullptr; }

    void add_stages(Row& row) const
    {
        if (!options_.stages) return;
        const auto cycles = stages_.per_packet();
        for (std::size_t i = 0; i < cycles.size(); ++i)
            row.stages.emplace_back(StageClock::names[i], cycles[i]);
    }

    // Of the family that has sessions: its table's bytes by the sessions for which there is room. Few tunnels share
    // pages that are hardly filled.
    static void add_memory(Row& row, Node& node)
    {
        if (row.unit == "tunnels" && row.count >= 10 * thousand) {
            const double each = node.bytes_per_tunnel();
            row.more.emplace_back("bytes_per_tunnel", each);
            row.remark = std::to_string(std::lround(each)) + " B/tunnel";
        }
        for (const dataplane::SessionMemory& memory : node.session_memory()) {
            if (memory.sessions == 0) continue;
            const double each = static_cast<double>(memory.bytes) / static_cast<double>(memory.room);
            row.more.emplace_back("bytes_per_session", each);
            row.remark = std::to_string(std::lround(each)) + " B/session";
        }
    }

    std::string trouble_of(const NewSessions& sessions, const Windows& windows) const
    {
        const auto life_ms = static_cast<double>(sessions.life.count());
        if (options_.quick || windows.shortest_round_ms == 0 || windows.shortest_round_ms > life_ms) return {};
        return "flows came back after " + std::to_string(windows.shortest_round_ms) +
               " ms, when they still had sessions ";
    }

    static std::string rate_text(double per_second)
    {
        const auto thousands = static_cast<unsigned>(per_second / 1'000);
        return std::to_string(thousands) + "k new sessions per second";
    }

    Effort effort_for(const Prepared& prepared) const
    {
        if (options_.quick) return {3, 0.2, 10 * thousand};
        Effort effort;
        effort.windows = options_.windows;
        if (prepared.new_sessions) {
            effort.warm_up_ms = 10'000; // as long as new sessions must be sustained
            effort.most_per_second = prepared.new_sessions->most_per_second;
        }
        return effort;
    }

    void add(const Row& row)
    {
        rows_.push_back(row);
        if (!options_.json) std::cout << table_line(row) << std::endl;
    }

    Options options_;
    config::Config config_;
    mutable Rig rig_;
    mutable StageClock stages_;
    std::vector<Row> rows_;
};

void print_list()
{
    for (const Case& one : all_cases()) {
        std::cout << one.name << "  " << one.unit;
        for (const std::size_t count : one.counts)
            std::cout << " " << count_text(count);
        std::cout << "\n";
    }
}

std::string unknown_case(const Options& options)
{
    const std::vector<Case> all = all_cases();
    for (const std::string& name : options.cases)
        if (std::ranges::find(all, name, &Case::name) == all.end()) return name;
    return {};
}

int run(int argc, const char* const* argv)
{
    const auto options = parse_options(argc, argv);
    if (!options) {
        std::cerr << "sluice-bench: " << options.error().text() << "\n";
        return 2;
    }
    if (options->help) {
        std::cout << usage();
        return 0;
    }
    if (options->list) {
        print_list();
        return 0;
    }
    if (const std::string unknown = unknown_case(*options); !unknown.empty()) {
        std::cerr << "sluice-bench: there is no case '" << unknown << "'; --list names them\n";
        return 2;
    }
    return Program(*options).run();
}

} // namespace
} // namespace sluice::bench

int main(int argc, char** argv)
{
    try {
        return sluice::bench::run(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "sluice-bench: " << error.what() << "\n";
        return 1;
    }
}
