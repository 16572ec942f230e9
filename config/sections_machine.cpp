#include "config/reader.hpp"
#include "config/sections.hpp"

namespace sluice::config {
namespace {

void read_interface(const TreeEntry& entry, Interface& interface)
{
    interface.line = entry.mark.line;
    read(entry.value, "mtu", interface.mtu);
    read(entry.value, "addresses", interface.addresses);
    for (const TreeEntry& tunnel : entries(entry.value, "terminates")) {
        if (tunnel.value.text == "vxlan") interface.terminates.vxlan = true;
        if (tunnel.value.text == "gtpu") interface.terminates.gtpu = true;
    }
}

void read_workers(const Tree& workers, Workers& into)
{
    if (const Tree* cores = workers.find("cores")) take(parse_cores(cores->text), into.cores);
    read(workers, "main-core", into.main_core);
    std::string idle;
    read(workers, "idle", idle);
    if (idle == "sleep") into.idle = Workers::Idle::sleep;
    read(workers, "new-sessions", into.new_sessions);
}

void read_memory(const Tree& memory, Memory& into)
{
    // `none` is no size and leaves 0, which means the same.
    if (const Tree* hugepages = memory.find("hugepages")) take(parse_bytes(hugepages->text), into.hugepage_bytes);
    read(memory, "sessions", into.sessions);
    read(memory, "tunnels", into.tunnels);
    read(memory, "routes", into.routes);
}

} // namespace

void read_machine(const Tree& root, Config& config)
{
    const Tree& node = section(root, "node");
    read(node, "name", config.node.name);
    read(node, "router-id", config.node.router_id);
    read(node, "netns", config.node.netns);
    read(node, "drain-time", config.node.drain_time);
    read(node, "metrics", config.node.metrics); // `none` is no endpoint and leaves it empty, which means the same
    read_memory(section(root, "memory"), config.memory);
    read_workers(section(root, "workers"), config.workers);
    for (const TreeEntry& entry : entries(root, "ports")) {
        Port& port = config.ports[entry.key];
        read_interface(entry, port);
        read(entry.value, "device", port.device);
        if (const Tree* device = entry.value.find("device")) read(*device, "af-xdp", port.kernel_interface);
        read(entry.value, "queues", port.queues);
        read(entry.value, "rx-descriptors", port.rx_descriptors);
        read(entry.value, "tx-descriptors", port.tx_descriptors);
        read(entry.value, "mac", port.mac);
    }
    for (const TreeEntry& entry : entries(root, "vlans")) {
        Vlan& vlan = config.vlans[entry.key];
        read_interface(entry, vlan);
        read(entry.value, "port", vlan.port);
        read(entry.value, "id", vlan.id);
    }
}

} // namespace sluice::config
