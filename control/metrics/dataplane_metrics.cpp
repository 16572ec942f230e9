// The dataplane's figures as it tells them to sluicectl, one row each.
#include "control/metrics/rows.hpp"

#include <array>

namespace sluice::control::metrics {
namespace {

constexpr double ns_per_s = 1e9;

void up(const Figures& figures, Samples& out)
{
    out.add(figures.dataplane != nullptr ? 1 : 0);
}

template<auto member>
void dataplane_status(const Figures& figures, Samples& out)
{
    if (figures.dataplane != nullptr) out.add(number((figures.dataplane->status().*member)()));
}

void generation(const Figures& figures, Samples& out)
{
    if (figures.dataplane != nullptr) out.add(number(figures.dataplane->status().hello().generation()));
}

template<auto member>
void of_interfaces(const Figures& figures, Samples& out)
{
    if (figures.dataplane == nullptr) return;
    for (const api::PortStats& interface : figures.dataplane->ports().ports())
        out.add(number((interface.*member)()), {interface.name()});
}

template<auto member>
void of_nics(const Figures& figures, Samples& out)
{
    if (figures.dataplane == nullptr) return;
    for (const api::NicMissed& nic : figures.dataplane->drops().nic())
        out.add(number((nic.*member)()), {nic.port()});
}

void by_reason(const google::protobuf::RepeatedPtrField<api::Reason>& reasons, Samples& out)
{
    for (const api::Reason& reason : reasons)
        out.add(number(reason.packets()), {reason.stage(), reason.name()});
}

void drops(const Figures& figures, Samples& out)
{
    if (figures.dataplane != nullptr) by_reason(figures.dataplane->drops().drops(), out);
}

void consumed(const Figures& figures, Samples& out)
{
    if (figures.dataplane != nullptr) by_reason(figures.dataplane->drops().consumed(), out);
}

void law(const Figures& figures, Samples& out)
{
    if (figures.dataplane == nullptr) return;
    const api::Law& law = figures.dataplane->drops().law();
    out.add(number(law.received()), {"received"});
    out.add(number(law.injected()), {"injected"});
    out.add(number(law.originated()), {"originated"});
    out.add(number(law.sent()), {"sent"});
    out.add(number(law.dropped()), {"dropped"});
    out.add(number(law.punted()), {"punted"});
    out.add(number(law.consumed()), {"consumed"});
}

template<auto member>
void of_law(const Figures& figures, Samples& out)
{
    if (figures.dataplane != nullptr) out.add(number((figures.dataplane->drops().law().*member)()));
}

template<class Value>
void each_worker(const Figures& figures, Samples& out, Value&& value)
{
    if (figures.dataplane == nullptr) return;
    for (const api::WorkerStats& worker : figures.dataplane->workers().workers())
        out.add(value(worker), {std::to_string(worker.id())});
}

template<auto member>
void of_workers(const Figures& figures, Samples& out)
{
    each_worker(figures, out, [](const api::WorkerStats& worker) { return number((worker.*member)()); });
}

double ratio(std::uint64_t part, std::uint64_t whole)
{
    return whole == 0 ? 0 : number(part) / number(whole);
}

void cycles_per_packet(const Figures& figures, Samples& out)
{
    each_worker(figures, out, [](const auto& worker) { return ratio(worker.busy_cycles(), worker.packets()); });
}

void busy_ratio(const Figures& figures, Samples& out)
{
    each_worker(figures, out, [](const auto& worker) { return ratio(worker.busy_cycles(), worker.total_cycles()); });
}

void longest_gap(const Figures& figures, Samples& out)
{
    each_worker(figures, out, [](const auto& worker) { return number(worker.longest_gap_ns()) / ns_per_s; });
}

template<auto member>
void of_tables(const Figures& figures, Samples& out)
{
    if (figures.dataplane == nullptr) return;
    int left = most_tables;
    for (const api::TableUse& table : figures.dataplane->status().tables())
        if (left-- > 0) out.add(number((table.*member)()), {table.table(), table.name()});
}

constexpr std::array dataplane_rows{
    Metric{"sluice_dataplane_up", gauge, "", up, "1 while the dataplane answers; at 0 its other metrics are absent."},
    Metric{"sluice_dataplane_uptime_seconds", gauge, "", dataplane_status<&api::Status::uptime_s>,
           "Age of the dataplane's process."},
    Metric{"sluice_dataplane_generation", gauge, "", generation,
           "Number of the tables that packets meet; one more for each transaction."},
    Metric{"sluice_dataplane_control_connected", gauge, "", dataplane_status<&api::Status::control_connected>,
           "1 while a control process is connected to the dataplane."},
    Metric{"sluice_dataplane_warnings", gauge, "", dataplane_status<&api::Status::warnings_size>,
           "Warnings that `sluicectl status` shows."},
    Metric{"sluice_interface_receive_packets_total", counter, "interface", of_interfaces<&api::PortStats::rx_packets>,
           "Packets received."},
    Metric{"sluice_interface_receive_bytes_total", counter, "interface", of_interfaces<&api::PortStats::rx_bytes>,
           "Bytes of the packets received."},
    Metric{"sluice_interface_transmit_packets_total", counter, "interface", of_interfaces<&api::PortStats::tx_packets>,
           "Packets sent."},
    Metric{"sluice_interface_transmit_bytes_total", counter, "interface", of_interfaces<&api::PortStats::tx_bytes>,
           "Bytes of the packets sent."},
    Metric{"sluice_interface_up", gauge, "interface", of_interfaces<&api::PortStats::up>, "1 while the link is up."},
    Metric{"sluice_port_missed_packets_total", counter, "port", of_nics<&api::NicMissed::missed>,
           "Packets that the NIC lost because no worker fetched them in time; beside the law."},
    Metric{"sluice_port_unbuffered_packets_total", counter, "port", of_nics<&api::NicMissed::rx_no_mbuf>,
           "Packets that the NIC lost for want of a packet buffer; beside the law."},
    Metric{"sluice_dropped_packets_total", counter, "stage, reason", drops,
           "Packets that died, by reason; `sluicectl drops` says what each means."},
    Metric{"sluice_consumed_packets_total", counter, "stage, reason", consumed,
           "Packets that did their work here, by reason."},
    Metric{"sluice_law_packets_total", counter, "term", law,
           "Terms of the counter law: received + injected + originated = sent + dropped + punted + consumed + held."},
    Metric{"sluice_law_held_packets", gauge, "", of_law<&api::Law::held>,
           "The law's last term: packets that wait for a neighbour or a fragment."},
    Metric{"sluice_law_balanced", gauge, "", of_law<&api::Law::balanced>, "1 while the counter law holds."},
    Metric{"sluice_worker_packets_total", counter, "worker", of_workers<&api::WorkerStats::packets>,
           "Packets received."},
    Metric{"sluice_worker_bursts_total", counter, "worker", of_workers<&api::WorkerStats::bursts>, "Bursts received."},
    Metric{"sluice_worker_cycles_total", counter, "worker", of_workers<&api::WorkerStats::total_cycles>,
           "Cycles (TSC) passed."},
    Metric{"sluice_worker_busy_cycles_total", counter, "worker", of_workers<&api::WorkerStats::busy_cycles>,
           "Of them, cycles of turns that had packets."},
    Metric{"sluice_worker_sleeps_total", counter, "worker", of_workers<&api::WorkerStats::sleeps>,
           "Times it slept for want of packets."},
    Metric{"sluice_worker_cycles_per_packet", gauge, "worker", cycles_per_packet,
           "Busy cycles over packets, since the start; rates of the counters say it for a while."},
    Metric{"sluice_worker_busy_ratio", gauge, "worker", busy_ratio, "Busy cycles over cycles, since the start."},
    Metric{"sluice_worker_longest_gap_seconds", gauge, "worker", longest_gap,
           "Longest time between two looks at the queues since the start, sleeps included."},
    Metric{"sluice_table_used", gauge, "table, name", of_tables<&api::TableUse::used>,
           "Entries in use: sessions by family, blocks of each pool, routes, tunnels, networks, services."},
    Metric{"sluice_table_limit", gauge, "table, name", of_tables<&api::TableUse::limit>, "Entries there may be."},
    Metric{"sluice_table_high_water", gauge, "table, name", of_tables<&api::TableUse::high_water>,
           "Most entries seen in use since the dataplane's start, at ten looks a second."},
    Metric{"sluice_sessions", gauge, "", dataplane_status<&api::Status::sessions>,
           "Translated flows of both families."},
    Metric{"sluice_sessions_limit", gauge, "", dataplane_status<&api::Status::session_limit>, "`memory.sessions`."},
    Metric{"sluice_mempool_free_buffers", gauge, "", dataplane_status<&api::Status::mempool_free>,
           "Packet buffers that are free."},
    Metric{"sluice_mempool_buffers", gauge, "", dataplane_status<&api::Status::mempool_size>,
           "Packet buffers there are."},
};
} // namespace

std::span<const Metric> dataplane_metrics()
{
    return dataplane_rows;
}

} // namespace sluice::control::metrics
