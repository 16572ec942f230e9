// Established flows at half of what they can do at most, measured just before, and beside them a flood of new flows at
// a quarter, while a worker may begin so many sessions in a second: what of the established ones is lost, and is all
// the rest of the flood dropped by its name?
#include <cstdio>

#include <rte_cycles.h>

#include "tests/bench/cases/nat_flows.hpp"
#include "tests/bench/flood.hpp"
#include "tests/bench/world.hpp"

namespace sluice::bench {
namespace {

constexpr std::uint32_t cap = 50'000; // workers.new-sessions
constexpr double pace = 0.8 * cap;    // of those that are made beforehand
constexpr std::uint32_t flood_flows = 4 * million;
constexpr std::uint32_t quick_flood_flows = 20 * thousand;
constexpr std::uint32_t new_flows_each = 64;
constexpr double seconds = 10;
constexpr double established_share = 0.5;
constexpr std::string_view by_name = "translate.new_session_limit";

void configure_flood(config::Config& config, std::size_t count)
{
    hold_sessions(config, count + static_cast<std::size_t>(2 * cap * seconds));
    config.workers.new_sessions = cap;
}

Prepared prepare_flood(Node& node, std::size_t count)
{
    const std::shared_ptr<NatFlows> before = campus_flows(count);
    establish(node, before, pace);
    Prepared prepared = timed_outward(before);
    const std::uint32_t behind_them = campus_first + 0x40000;
    const std::uint32_t flows = count < 10 * thousand ? quick_flood_flows : flood_flows;
    const NatFlows flood(flows, plain(campus_port, campus_router(0)), behind_them, flows / new_flows_each);
    prepared.other = outward(flood, all_of(flood), TcpFlags::syn);
    prepared.other->shuffle(flows);
    return prepared;
}

// The worker's own account against the source's and the sink's.
std::string trouble_of(const Flood& flood, Node& node, std::uint64_t established, double lasted)
{
    std::string wrong = node.trouble(by_name);
    const std::uint64_t begun = node.sessions() - established;
    const std::uint64_t dropped = node.drops(by_name);
    if (flood.established().left != flood.established().received())
        wrong += "of " + std::to_string(flood.established().received()) + " established packets " +
                 std::to_string(flood.established().left) + " left ";
    if (flood.flood().left + dropped != flood.flood().received())
        wrong += "of " + std::to_string(flood.flood().received()) + " packets of the flood " +
                 std::to_string(flood.flood().left) + " left and " + std::to_string(dropped) + " were dropped ";
    if (static_cast<double>(begun) > cap * (lasted + 0.1) + 1) // a tenth of a second is saved up
        wrong += std::to_string(begun) + " sessions begun ";
    return wrong;
}

void fill(Row& row, const Flood& flood, double most_per_second, double lasted, std::uint64_t begun)
{
    const Flood::Stretches& clean = flood.stretches();
    const double loss =
        clean.arrived == 0 ? 100 : 100 * static_cast<double>(clean.lost) / static_cast<double>(clean.arrived);
    const double offered = most_per_second * established_share;
    row.more = {{"most_per_second", most_per_second},
                {"established_per_second", offered},
                {"flood_per_second", offered / (Flood::every - 1)},
                {"established_lost_percent", loss},
                {"sessions_begun_per_second", static_cast<double>(begun) / lasted},
                {"stretches", clean.clean},
                {"stretches_left_out", clean.left_out}};
    std::array<char, 160> text{};
    std::snprintf(text.data(), text.size(),
                  "%.3f %% lost of %.1f M/s established beside %.1f M/s flood; %.0fk/s begun; %u of %u stretches clean",
                  loss, offered / 1e6, offered / (Flood::every - 1) / 1e6, static_cast<double>(begun) / lasted / 1e3,
                  clean.clean, clean.clean + clean.left_out);
    row.remark = text.data();
}

std::string measure_flood(const Measuring& with, Row& row, Node& node, Prepared& prepared)
{
    Pass pass(prepared.train, row.burst, with.rig.pool(), prepared.oracle);
    node.run(pass);
    Measurement alone(prepared.train, row.burst, with.rig.pool(), with.effort, rte_get_tsc_hz());
    node.run(alone);
    row.measured(alone.windows());
    const double most = static_cast<double>(rte_get_tsc_hz()) / figures_of(alone.windows().total).median;
    const double lasting = with.quick ? 0.2 : seconds;
    const double both = most * established_share * Flood::every / (Flood::every - 1);
    const unsigned ring = with.rig.ports()[prepared.train.port()].plan().rx_descriptors;
    Flood flood(prepared.train, *prepared.other, with.rig.pool(), ring, both, lasting, rte_get_tsc_hz());
    node.run(flood);
    fill(row, flood, most, lasting, node.sessions() - prepared.sessions);
    return pass.trouble() + trouble_of(flood, node, prepared.sessions, lasting);
}

} // namespace

std::vector<Case> flood_cases()
{
    Case flood{"nat44-flood", "flows", {64 * thousand}, {}, configure_flood, prepare_flood};
    flood.measure = measure_flood;
    return {flood};
}

} // namespace sluice::bench
