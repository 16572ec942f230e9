// Ports and workers: what the machine itself counts.
#include <rte_cycles.h>

#include "dataplane/steering/verdicts.hpp"
#include "dataplane/telemetry.hpp"

namespace sluice::dataplane {
namespace {

TrafficCount sent_by(const WorkerSet& workers, std::size_t interface)
{
    TrafficCount sum;
    for (std::size_t id = 0; id < workers.size(); ++id) {
        const InterfaceCounter& sent = workers[id].sent()[interface];
        sum.tx_packets += sent.packets.read();
        sum.tx_bytes += sent.bytes.read();
    }
    return sum;
}

// What the device offers and what is used of it.
void fill(api::PortStats& row, const Port& port)
{
    for (const std::string& offload : port.use().used)
        row.add_offloads(offload);
    for (const std::string& missing : port.use().missing)
        row.add_missing_offloads(missing);
    for (const std::string& type : port.spread().types)
        row.add_rss_types(type);
    row.set_driver(port.driver());
    row.set_largest_mtu(port.use().largest_mtu);
    row.set_rss_queues(port.spread().queues);
    row.set_rss_table(port.spread().table_entries);
    row.set_rss_key_bytes(port.spread().key_bytes);
    row.set_removed(port.removed());
    row.set_rx_descriptors(port.descriptors().receive);
    row.set_tx_descriptors(port.descriptors().transmit);
}

std::uint64_t nanoseconds(std::uint64_t cycles)
{
    constexpr double per_second = 1e9;
    return static_cast<std::uint64_t>(static_cast<double>(cycles) * per_second / static_cast<double>(rte_get_tsc_hz()));
}

void fill_steering(api::PortStats& row, const PortPlan& plan, const steering::Steering::View& view)
{
    row.set_kernel_interface(plan.kernel_interface);
    row.add_offloads(view.native ? "xdp-native" : "xdp-generic");
    for (std::size_t verdict = 0; verdict < view.verdicts.size(); ++verdict) {
        api::SteeringCount& count = *row.add_steering();
        count.set_verdict(std::string(steering::verdict_names[verdict]));
        count.set_packets(view.verdicts[verdict]);
    }
}

} // namespace

void fill(api::Ports& answer, const TelemetrySources& from)
{
    for (const table::Interface& interface : from.interfaces) {
        const Port& port = from.ports[interface.port];
        const TrafficCount received = from.pipelines.traffic().interface(interface.id);
        const TrafficCount sent = sent_by(from.workers, interface.id);
        api::PortStats& row = *answer.add_ports();
        row.set_id(interface.id);
        row.set_name(interface.name);
        row.set_kind(interface.vlan == 0 ? "port" : "vlan");
        row.set_device(port.plan().is_shared() ? port.plan().kernel_interface : port.plan().device);
        row.set_mac(interface.mac.text());
        row.set_mtu(interface.mtu);
        row.set_up(port.link_up());
        row.set_vlan(interface.vlan);
        row.set_rx_packets(received.rx_packets);
        row.set_rx_bytes(received.rx_bytes);
        row.set_tx_packets(sent.tx_packets);
        row.set_tx_bytes(sent.tx_bytes);
        row.set_queues(port.queues().receive);
        if (interface.vlan != 0) continue; // the device is the port's, and told there
        row.set_nic_missed(port.statistics().imissed);
        fill(row, port);
        if (const auto view = from.steering.look_at(interface.port)) fill_steering(row, port.plan(), *view);
    }
}

void fill(api::Workers& answer, const TelemetrySources& from)
{
    for (std::size_t id = 0; id < from.workers.size(); ++id) {
        const Worker& worker = from.workers[id];
        const WorkerStatistics& statistics = worker.statistics();
        api::WorkerStats& row = *answer.add_workers();
        row.set_id(worker.plan().id);
        row.set_core(worker.plan().core);
        row.set_idle(worker.plan().idle == config::Workers::Idle::sleep ? "sleep" : "poll");
        row.set_bursts(statistics.bursts.read());
        row.set_packets(statistics.packets.read());
        row.set_busy_cycles(statistics.busy_cycles.read());
        row.set_total_cycles(statistics.total_cycles.read());
        row.set_sleeps(statistics.sleeps.read());
        row.set_longest_gap_ns(nanoseconds(statistics.longest_gap.read()));
        fill(*row.mutable_law(), worker.law());
    }
}

} // namespace sluice::dataplane
