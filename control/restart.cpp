// Start-time keys, one line each. A key that is missing here would be promised as live and ignored by the dataplane.
#include "control/restart.hpp"

#include <algorithm>

namespace sluice::control {
namespace {

std::string shown(const std::string& value)
{
    return value.empty() ? "none" : value;
}
template<class Number>
requires std::is_arithmetic_v<Number> std::string shown(Number value)
{
    return std::to_string(value);
}
std::string shown(const std::optional<MacAddress>& mac)
{
    return mac ? mac->text() : "none";
}
std::string shown(config::Workers::Idle idle)
{
    return idle == config::Workers::Idle::poll ? "poll" : "sleep";
}
std::string shown(const std::vector<unsigned>& cores)
{
    std::string text;
    for (const unsigned core : cores)
        text += (text.empty() ? "" : ",") + std::to_string(core);
    return text;
}

class Comparison {
public:
    // Reports a difference and takes the started value back.
    template<class Value>
    void keep(const std::string& path, const Value& started, Value& wanted)
    {
        if (started == wanted) return;
        lines_.push_back(path + " " + shown(started) + " → " + shown(wanted));
        wanted = started;
    }

    void say(std::string line) { lines_.push_back(std::move(line)); }
    [[nodiscard]] std::vector<std::string> lines() && { return std::move(lines_); }

private:
    std::vector<std::string> lines_;
};

void keep_each(Comparison& all, const std::string& path, const config::Port& started, config::Port& wanted)
{
    all.keep(path + ".device", started.device, wanted.device);
    all.keep(path + ".device.af-xdp", started.kernel_interface, wanted.kernel_interface);
    all.keep(path + ".queues", started.queues, wanted.queues);
    all.keep(path + ".rx-descriptors", started.rx_descriptors, wanted.rx_descriptors);
    all.keep(path + ".tx-descriptors", started.tx_descriptors, wanted.tx_descriptors);
    all.keep(path + ".mtu", started.mtu, wanted.mtu);
    all.keep(path + ".mac", started.mac, wanted.mac);
}

void keep_each(Comparison& all, const std::string& path, const config::Vlan& started, config::Vlan& wanted)
{
    all.keep(path + ".port", started.port, wanted.port);
    all.keep(path + ".id", started.id, wanted.id);
    all.keep(path + ".mtu", started.mtu, wanted.mtu);
}

// The set itself: identifiers of interfaces follow from it, so it may not change under a running dataplane.
template<class Interface>
void keep_set(Comparison& all, const std::string& section, const std::map<std::string, Interface>& started,
              std::map<std::string, Interface>& wanted)
{
    for (const auto& [name, settings] : started) {
        const auto [entry, gone] = wanted.try_emplace(name, settings);
        if (gone) all.say(section + "." + name + " removed");
        keep_each(all, section + "." + name, settings, entry->second);
    }
    std::erase_if(wanted, [&](const auto& entry) {
        if (started.contains(entry.first)) return false;
        all.say(section + "." + entry.first + " added");
        return true;
    });
}

} // namespace

HeldBack hold_back(const config::Config& started, const config::Config& wanted)
{
    HeldBack out{wanted, {}};
    config::Config& effective = out.effective;
    Comparison all;
    all.keep("node.name", started.node.name, effective.node.name);
    all.keep("node.netns", started.node.netns, effective.node.netns);
    all.keep("memory.hugepages", started.memory.hugepage_bytes, effective.memory.hugepage_bytes);
    all.keep("memory.sessions", started.memory.sessions, effective.memory.sessions);
    all.keep("memory.tunnels", started.memory.tunnels, effective.memory.tunnels);
    all.keep("memory.routes", started.memory.routes, effective.memory.routes);
    all.keep("workers.cores", started.workers.cores, effective.workers.cores);
    all.keep("workers.main-core", started.workers.main_core, effective.workers.main_core);
    all.keep("workers.idle", started.workers.idle, effective.workers.idle);
    all.keep("workers.new-sessions", started.workers.new_sessions, effective.workers.new_sessions);
    keep_set(all, "ports", started.ports, effective.ports);
    keep_set(all, "vlans", started.vlans, effective.vlans);
    out.needs_restart = std::move(all).lines();
    return out;
}

} // namespace sluice::control
