// `networks`, `ports`, `workers`: what the node is made of, and what each part carried.
#include "tools/sluicectl/handlers.hpp"
#include "tools/sluicectl/json.hpp"
#include "tools/sluicectl/law.hpp"
#include "tools/sluicectl/node.hpp"
#include "tools/sluicectl/table.hpp"
#include "tools/sluicectl/wording.hpp"

namespace sluice::ctl {
namespace {

std::string listing(const api::Networks& networks)
{
    Table table({{"NETWORK"},
                 {"VNI", true},
                 {"MTU", true},
                 {"ROUTES", true},
                 {"RX", true},
                 {"RX BYTES", true},
                 {"TX", true},
                 {"TX BYTES", true}});
    for (const api::NetworkStats& network : networks.networks())
        table.add({network.name(), network.vni() == 0 ? std::string(nothing) : std::to_string(network.vni()),
                   network.mtu() == 0 ? std::string(nothing) : std::to_string(network.mtu()), counted(network.routes()),
                   counted(network.rx_packets()), counted(network.rx_bytes()), counted(network.tx_packets()),
                   counted(network.tx_bytes())});
    return table.text();
}

// A line for each port whose NIC stays with the kernel: what its XDP program did, by verdict.
std::string steering(const api::Ports& ports)
{
    std::string text;
    for (const api::PortStats& port : ports.ports()) {
        if (port.steering().empty()) continue;
        text += "\n" + port.name() + " shares " + port.kernel_interface() + " with the kernel:";
        for (const api::SteeringCount& count : port.steering())
            text += " " + count.verdict() + " " + counted(count.packets());
        text += "\n";
    }
    return text;
}

std::string link_of(const api::PortStats& port)
{
    if (port.removed()) return "removed";
    return port.up() ? "up" : "down";
}

// A VLAN has none of its own, and not every driver tells.
std::string ring(std::uint32_t descriptors)
{
    return descriptors == 0 ? std::string(nothing) : std::to_string(descriptors);
}

std::string listing(const api::Ports& ports)
{
    Table table({{"PORT"},
                 {"KIND"},
                 {"MAC"},
                 {"LINK"},
                 {"VLAN", true},
                 {"MTU", true},
                 {"QUEUES", true},
                 {"RX RING", true},
                 {"TX RING", true},
                 {"RX", true},
                 {"RX BYTES", true},
                 {"TX", true},
                 {"TX BYTES", true},
                 {"MISSED", true},
                 {"DRIVER"},
                 {"OFFLOADS"}});
    for (const api::PortStats& port : ports.ports())
        table.add({port.name(), port.kind(), port.mac(), link_of(port),
                   port.vlan() == 0 ? std::string(nothing) : std::to_string(port.vlan()), std::to_string(port.mtu()),
                   std::to_string(port.queues()), ring(port.rx_descriptors()), ring(port.tx_descriptors()),
                   counted(port.rx_packets()), counted(port.rx_bytes()), counted(port.tx_packets()),
                   counted(port.tx_bytes()), counted(port.nic_missed()), known(port.driver()),
                   known(joined(port.offloads()))});
    return table.text() + steering(ports);
}

std::string busy(const api::WorkerStats& worker)
{
    if (worker.total_cycles() == 0) return std::string(nothing);
    return percent(static_cast<double>(worker.busy_cycles()) / static_cast<double>(worker.total_cycles()));
}

// Cycles of busy polls over packets: what one packet cost, from the cable to the cable.
std::string cost(const api::WorkerStats& worker)
{
    return worker.packets() == 0 ? std::string(nothing) : counted(worker.busy_cycles() / worker.packets());
}

std::string longest_gap(const api::WorkerStats& worker)
{
    constexpr std::uint64_t ns_per_us = 1'000;
    return counted(worker.longest_gap_ns() / ns_per_us) + " us";
}

std::string listing(const api::Workers& workers)
{
    Table table({{"WORKER", true},
                 {"CORE", true},
                 {"IDLE"},
                 {"BUSY", true},
                 {"PACKETS", true},
                 {"BURSTS", true},
                 {"CYCLES/PACKET", true},
                 {"SLEEPS", true},
                 {"GAP", true},
                 {"LAW"}});
    for (const api::WorkerStats& worker : workers.workers())
        table.add({std::to_string(worker.id()), std::to_string(worker.core()), worker.idle(), busy(worker),
                   counted(worker.packets()), counted(worker.bursts()), cost(worker), counted(worker.sleeps()),
                   longest_gap(worker), adds_up(worker.law()) ? "balanced" : "NOT BALANCED"});
    return table.text();
}

template<class Message>
Outcome show(const Invocation& invocation, Node& node, api::Topic topic)
{
    return report_of(invocation, body_of<Message>(node.dataplane(query(topic))),
                     [](const Message& message) { return listing(message); });
}

} // namespace

Outcome show_networks(const Invocation& invocation, Node& node)
{
    return show<api::Networks>(invocation, node, api::NETWORKS);
}

Outcome show_ports(const Invocation& invocation, Node& node)
{
    return show<api::Ports>(invocation, node, api::PORTS);
}

Outcome show_workers(const Invocation& invocation, Node& node)
{
    return show<api::Workers>(invocation, node, api::WORKERS);
}

} // namespace sluice::ctl
