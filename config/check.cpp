#include "config/check.hpp"

#include <algorithm>
#include <array>

#include "config/rules.hpp"

namespace sluice::config {
namespace {

// A rule, and the sections whose values it trusts.
struct Rule {
    void (*run)(const Config&, Findings&);
    std::string_view sections;
};

constexpr std::array all_rules{
    Rule{check_ports, "ports"},
    Rule{check_shared_ports, "ports vlans"},
    Rule{check_metrics, "node"},
    Rule{check_workers, "workers"},
    Rule{check_memory, "memory ports workers"},
    Rule{check_vlans, "ports vlans"},
    Rule{check_interface_names, "ports vlans"},
    Rule{check_interface_addresses, "ports vlans"},
    Rule{check_terminates, "ports vlans vxlan gtpu networks"},
    Rule{check_network_addresses, "networks"},
    Rule{check_tunnel_ends, "networks vxlan gtpu"},
    Rule{check_presence, "networks"},
    Rule{check_vnis, "networks"},
    Rule{check_tunnel_neighbors, "networks"},
    Rule{check_vteps, "networks vxlan"},
    Rule{check_gtpu_sessions, "networks"},
    Rule{check_gtpu_peers, "networks gtpu"},
    Rule{check_echo_interval, "gtpu"},
    Rule{check_tunnel_mtus, "networks ports vlans vxlan gtpu"},
    Rule{check_pools, "nat"},
    Rule{check_pool_overlaps, "nat networks ports vlans vxlan gtpu services"},
    Rule{check_nat_rules, "nat networks"},
    Rule{check_eips, "nat networks ports vlans vxlan gtpu services"},
    Rule{check_service_names, "services networks registries"},
    Rule{check_service_addresses, "services ports vlans vxlan gtpu"},
    Rule{check_backends, "services networks routes"},
    Rule{check_health, "services networks"},
    Rule{check_registries, "registries"},
    Rule{check_registry_services, "registries services"},
    Rule{check_bgp_identity, "bgp node"},
    Rule{check_bgp_neighbors, "bgp ports vlans vxlan gtpu"},
    Rule{check_bgp_passwords, "bgp"},
    Rule{check_bgp_announcements, "bgp"},
    Rule{check_routes, "routes networks ports vlans"},
    Rule{check_neighbors, "neighbors ports vlans"},
};

bool reads_one_of(const Rule& rule, const std::vector<std::string>& misshapen)
{
    const std::string sections = " " + std::string(rule.sections) + " ";
    const auto is_read = [&](const std::string& section) {
        return sections.find(" " + section + " ") != std::string::npos;
    };
    return std::any_of(misshapen.begin(), misshapen.end(), is_read);
}

} // namespace

Findings check(const Config& config, const Places& places, const std::vector<std::string>& misshapen)
{
    Findings findings(places);
    // A root that is no map has no sections at all.
    if (std::find(misshapen.begin(), misshapen.end(), "") != misshapen.end()) return findings;
    for (const Rule& rule : all_rules)
        if (!reads_one_of(rule, misshapen)) rule.run(config, findings);
    return findings;
}

} // namespace sluice::config
