// Rules about ports, cores and memory.
#include <algorithm>
#include <bit>

#include "config/check_support.hpp"
#include "config/memory.hpp"
#include "config/rules.hpp"
#include "config/scalars.hpp"
#include "dataplane/base/announcing_link.hpp"

namespace sluice::config {
namespace {

// Some drivers refuse other lengths of a ring without saying why.
void check_descriptors(const std::string& path, unsigned count, Findings& findings)
{
    if (!std::has_single_bit(count))
        findings.error(path, std::to_string(count) + " is no power of two; write " +
                                 std::to_string(std::bit_floor(count)) + " or " + std::to_string(std::bit_ceil(count)));
}

} // namespace

void check_ports(const Config& config, Findings& findings)
{
    if (config.ports.empty()) findings.error("ports", "is missing; a gateway needs at least one port");
    Claims<std::string> devices(findings);
    for (const auto& [name, port] : config.ports) {
        const std::string path = "ports." + name + (port.is_shared() ? ".device.af-xdp" : ".device");
        const std::string& device = port.is_shared() ? port.kernel_interface : port.device;
        if (const auto clash = devices.claim(device, path))
            findings.error(clash->later,
                           "'" + device + "' is also " + line_of(findings, clash->earlier) + "; a device is one port");
        check_descriptors("ports." + name + ".rx-descriptors", port.rx_descriptors, findings);
        check_descriptors("ports." + name + ".tx-descriptors", port.tx_descriptors, findings);
    }
}

void check_shared_ports(const Config& config, Findings& findings)
{
    for (const auto& [name, port] : config.ports) {
        if (!port.is_shared()) continue;
        for (const PlacedInterface& placed : interfaces_of(config))
            if (placed.name == port.kernel_interface)
                findings.error(placed.path, "'" + placed.name + "' is the kernel's NIC of ports." + name +
                                                ".device, and each interface has a link of its own name beside it; "
                                                "choose another name");
        if (port.mac)
            findings.error("ports." + name + ".mac",
                           "cannot be set on a NIC that stays with the kernel; 'ip link set " + port.kernel_interface +
                               " address …' does it");
        if (port.addresses.empty())
            findings.warning("ports." + name, "has no addresses: nothing on its link can be reached but by routes; "
                                              "write the kernel's own addresses of " +
                                                  port.kernel_interface + " that the gateway shares");
    }
}

// civetweb can do IPv6; Debian builds it without.
void check_metrics(const Config& config, Findings& findings)
{
    const auto& metrics = config.node.metrics;
    if (metrics && !metrics->address.is_v4())
        findings.error("node.metrics", "'" + metrics->text() +
                                           "' is IPv6, and the HTTP server of this system has none; write an IPv4 "
                                           "address of this machine, as in 127.0.0.1:9469");
}

void check_workers(const Config& config, Findings& findings)
{
    const auto& cores = config.workers.cores;
    const unsigned main_core = config.workers.main_core;
    if (std::find(cores.begin(), cores.end(), main_core) == cores.end()) return;
    findings.error("workers.cores",
                   "core " + std::to_string(main_core) + " is workers.main-core; a worker needs a core of its own");
}

void check_memory(const Config& config, Findings& findings)
{
    constexpr std::uint64_t page = 2ULL << 20;
    const std::uint64_t given = config.memory.hugepage_bytes;
    const std::uint64_t needed = memory_plan(config).total();
    if (given == 0 || given >= needed) return;
    findings.error("memory.hugepages", "'" + bytes_text(given) + "' is not enough: the tables and packets need " +
                                           rounded_bytes_text(needed) + "; write at least " +
                                           bytes_text((needed + page - 1) / page * page));
}

void check_vlans(const Config& config, Findings& findings)
{
    Claims<std::pair<std::string, unsigned>> tags(findings);
    for (const auto& [name, vlan] : config.vlans) {
        const std::string path = "vlans." + name;
        require_name(config.ports, vlan.port, "port", path + ".port", findings);
        if (const auto clash = tags.claim({vlan.port, vlan.id}, path + ".id"))
            findings.error(clash->later, std::to_string(vlan.id) + " is on port " + vlan.port + " already, " +
                                             line_of(findings, clash->earlier) + "; a tag is one interface");
        const auto port = config.ports.find(vlan.port);
        if (port != config.ports.end() && port->second.mtu < vlan.mtu)
            findings.error(path + ".mtu", std::to_string(vlan.mtu) + " is more than ports." + vlan.port + ".mtu, " +
                                              std::to_string(port->second.mtu) + "; raise that one or lower this one");
    }
}

void check_interface_names(const Config& config, Findings& findings)
{
    constexpr std::size_t longest = 15; // IFNAMSIZ - 1: the kernel's interface has the same name
    for (const PlacedInterface& placed : interfaces_of(config))
        if (placed.name.size() > longest)
            findings.error(placed.path, "'" + placed.name + "' is longer than " + std::to_string(longest) +
                                            " characters, the longest name of a kernel interface");
    for (const PlacedInterface& placed : interfaces_of(config))
        if (placed.name == announcing_link)
            findings.error(placed.path, "'" + placed.name + "' is the link that announced prefixes point at");
    for (const auto& [name, vlan] : config.vlans)
        if (config.ports.contains(name))
            findings.error("vlans." + name, "'" + name + "' is also " + line_of(findings, "ports." + name) +
                                                "; ports and VLANs share their names");
}

} // namespace sluice::config
