#include "config/check_support.hpp"

#include <algorithm>

#include "config/nearest.hpp"

namespace sluice::config {

std::vector<PlacedInterface> interfaces_of(const Config& config)
{
    std::vector<PlacedInterface> interfaces;
    for (const auto& [name, port] : config.ports)
        interfaces.push_back({"ports." + name, name, &port});
    for (const auto& [name, vlan] : config.vlans)
        interfaces.push_back({"vlans." + name, name, &vlan});
    return interfaces;
}

std::vector<PlacedPrefix> prefixes_of(const Config& config, const std::string& network)
{
    std::vector<PlacedPrefix> prefixes;
    if (network == public_network) {
        for (const PlacedInterface& placed : interfaces_of(config))
            for (std::size_t i = 0; i < placed.interface->addresses.size(); ++i)
                prefixes.push_back({placed.interface->addresses[i], item(placed.path + ".addresses", i)});
        return prefixes;
    }
    const auto found = config.networks.find(network);
    if (found == config.networks.end()) return prefixes;
    const std::string path = "networks." + network;
    for (const auto& [name, subnet] : found->second.subnets)
        prefixes.push_back({subnet.prefix, path + ".subnets." + name + ".prefix"});
    for (std::size_t i = 0; i < found->second.prefixes.size(); ++i)
        prefixes.push_back({found->second.prefixes[i], item(path + ".prefixes", i)});
    return prefixes;
}

std::vector<PlacedPrefix> own_addresses(const Config& config)
{
    std::vector<PlacedPrefix> addresses = prefixes_of(config, std::string(public_network));
    const auto add = [&](const std::optional<IpAddress>& address, const char* path) {
        if (address) addresses.push_back({Prefix{*address, address->bits()}, path});
    };
    add(config.vxlan.vtep, "vxlan.vtep");
    add(config.gtpu.endpoint, "gtpu.endpoint");
    return addresses;
}

const PlacedPrefix* covering(const std::vector<PlacedPrefix>& prefixes, const IpAddress& address)
{
    const auto covers = [&](const PlacedPrefix& placed) { return placed.prefix.contains(address); };
    const auto found = std::find_if(prefixes.begin(), prefixes.end(), covers);
    return found == prefixes.end() ? nullptr : &*found;
}

std::string item(const std::string& path, std::size_t index)
{
    return path + "[" + std::to_string(index) + "]";
}

std::string line_of(const Findings& findings, const std::string& path)
{
    return path + " in line " + std::to_string(findings.places.mark(path).line);
}

// Sorted by address and then length, a prefix that overlaps an earlier one lies inside the last one that lies in none.
void report_overlaps(std::vector<PlacedPrefix> prefixes, Findings& findings)
{
    const auto before = [](const PlacedPrefix& a, const PlacedPrefix& b) {
        return a.prefix.masked() < b.prefix.masked();
    };
    std::stable_sort(prefixes.begin(), prefixes.end(), before);
    const PlacedPrefix* outer = nullptr;
    for (const PlacedPrefix& inner : prefixes) {
        if (outer == nullptr || !outer->prefix.contains(inner.prefix.address)) {
            outer = &inner;
            continue;
        }
        const bool inner_is_later = findings.places.mark(inner.path) > findings.places.mark(outer->path);
        const PlacedPrefix& later = inner_is_later ? inner : *outer;
        const PlacedPrefix& earlier = inner_is_later ? *outer : inner;
        findings.error(later.path, later.prefix.text() + " overlaps " + earlier.prefix.text() + ", " +
                                       line_of(findings, earlier.path) + "; give each addresses of its own");
    }
}

void report_unknown(const std::vector<std::string>& known, const std::string& name, std::string_view what,
                    const std::string& path, Findings& findings)
{
    const std::string kind(what);
    if (known.empty()) return findings.error(path, "'" + name + "' names no " + kind + "; there is none yet");
    findings.error(path, "'" + name + "' names no " + kind + suggestion(name, known));
}

void require_network(const Config& config, const std::string& name, const std::string& path, Findings& findings)
{
    if (name == public_network || config.networks.contains(name)) return;
    std::vector<std::string> names{std::string(public_network)};
    for (const auto& entry : config.networks)
        names.push_back(entry.first);
    report_unknown(names, name, "network", path, findings);
}

} // namespace sluice::config
