// What ageing costs while packets pass: a million idle sessions are looked at by the table server's thread, and 16,000
// flows beside them are forwarded. The same is measured without ageing, in turn; the difference is what its reads cost
// the worker, and its own cycles stand beside it, by packet.
#include <chrono>
#include <cstdio>

#include <rte_cycles.h>

#include "tests/bench/cases/nat_flows.hpp"

namespace sluice::bench {
namespace {

constexpr std::uint32_t busy = 16'000; // flows
constexpr unsigned turns = 6;          // with and without

void configure_idle(config::Config& config, std::size_t count)
{
    hold_sessions(config, count + busy);
}

Prepared prepare_idle(Node& node, std::size_t count)
{
    const Shared flows = campus_flows(count + busy);
    establish(node, flows);
    const Part part{static_cast<std::uint32_t>(count), flows->count()};
    Train train = outward(*flows, part, TcpFlags::ack);
    train.shuffle(busy);
    return {std::move(train), oracle_outward(flows, part, TcpFlags::ack), flows->count()};
}

void append(std::vector<double>& to, const std::vector<double>& more)
{
    to.insert(to.end(), more.begin(), more.end());
}

struct Sums {
    Windows with;
    Windows without;
    std::chrono::duration<double> aged{0};
};

Sums in_turn(const Measuring& measuring, Row& row, Node& node, Prepared& prepared)
{
    Sums sums;
    for (unsigned turn = 0; turn < (measuring.quick ? 2 : 2 * turns); ++turn) {
        const bool ages = turn % 2 == 0;
        node.set_house(ages ? Node::House::watched : Node::House::left);
        Measurement measurement(prepared.train, row.burst, measuring.rig.pool(), measuring.effort, rte_get_tsc_hz());
        const auto begun = std::chrono::steady_clock::now();
        node.run(measurement);
        if (ages) sums.aged += std::chrono::steady_clock::now() - begun;
        Windows& into = ages ? sums.with : sums.without;
        append(into.total, measurement.windows().total);
        append(into.source_and_sink, measurement.windows().source_and_sink);
        append(into.floor, measurement.windows().floor);
    }
    node.set_house(Node::House::kept);
    return sums;
}

std::string measure_ageing(const Measuring& with, Row& row, Node& node, Prepared& prepared)
{
    Pass pass(prepared.train, row.burst, with.rig.pool(), prepared.oracle);
    node.run(pass);
    const Sums sums = in_turn(with, row, node, prepared);
    Row without = row;
    without.measured(sums.without);
    row.measured(sums.with);
    const auto hz = static_cast<double>(rte_get_tsc_hz());
    const double per_second = hz / figures_of(sums.with.total).median;
    const Node::Slices& slices = node.slices();
    const double thread = static_cast<double>(slices.cycles) / sums.aged.count() / per_second;
    const double more_median = row.path.median - without.path.median;
    const auto microseconds = [hz](std::uint64_t cycles) { return static_cast<double>(cycles) / hz * 1e6; };
    row.more = {{"packets_per_second", per_second},
                {"ageing_adds_cycles_min", row.path.min - without.path.min},
                {"ageing_adds_cycles_median", more_median},
                {"ageing_thread_cycles_per_packet", thread},
                {"slices", static_cast<double>(slices.count)},
                {"longest_slice_us", microseconds(slices.longest)},
                {"slices_over_20_us", static_cast<double>(slices.over_limit)},
                {"longest_wait_of_8_us", microseconds(slices.longest_wait)},
                {"waits_over_20_us", static_cast<double>(slices.waits_over_limit)},
                {"slices_interrupted", static_cast<double>(slices.interrupted)}};
    std::array<char, 256> text{};
    std::snprintf(
        text.data(), text.size(),
        "ageing adds %+.1f (min %+.1f) at %.1f M/s, its thread %.1f; longest of %llu slices %.1f us, %llu over "
        "20; of as many empty waits of 8 us %.1f us, %llu over 20",
        more_median, row.path.min - without.path.min, per_second / 1e6, thread,
        static_cast<unsigned long long>(slices.count), microseconds(slices.longest),
        static_cast<unsigned long long>(slices.over_limit), microseconds(slices.longest_wait),
        static_cast<unsigned long long>(slices.waits_over_limit));
    row.remark = text.data();
    std::string wrong = pass.trouble() + node.trouble();
    if (node.sessions() != prepared.sessions) wrong += "the number of sessions is not exact";
    return wrong;
}

} // namespace

std::vector<Case> ageing_cases()
{
    Case ageing{"ageing", "flows", {million}, {}, configure_idle, prepare_idle};
    ageing.measure = measure_ageing;
    return {ageing};
}

} // namespace sluice::bench
