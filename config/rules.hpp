// The rules between sections. Each reports at the place that the operator has to change.
#pragma once

#include "config/check.hpp"

namespace sluice::config {

void check_ports(const Config& config, Findings& findings);
void check_shared_ports(const Config& config, Findings& findings);
void check_metrics(const Config& config, Findings& findings);
void check_workers(const Config& config, Findings& findings);
void check_memory(const Config& config, Findings& findings);
void check_vlans(const Config& config, Findings& findings);
void check_interface_names(const Config& config, Findings& findings);
void check_interface_addresses(const Config& config, Findings& findings);
void check_terminates(const Config& config, Findings& findings);

void check_network_addresses(const Config& config, Findings& findings);
void check_tunnel_ends(const Config& config, Findings& findings);
void check_presence(const Config& config, Findings& findings);
void check_vnis(const Config& config, Findings& findings);
void check_tunnel_neighbors(const Config& config, Findings& findings);
void check_vteps(const Config& config, Findings& findings);
void check_gtpu_sessions(const Config& config, Findings& findings);
void check_gtpu_peers(const Config& config, Findings& findings);
void check_echo_interval(const Config& config, Findings& findings);
void check_tunnel_mtus(const Config& config, Findings& findings);

void check_pools(const Config& config, Findings& findings);
void check_pool_overlaps(const Config& config, Findings& findings);
void check_nat_rules(const Config& config, Findings& findings);
void check_eips(const Config& config, Findings& findings);

void check_service_names(const Config& config, Findings& findings);
void check_service_addresses(const Config& config, Findings& findings);
void check_backends(const Config& config, Findings& findings);
void check_registries(const Config& config, Findings& findings);
void check_health(const Config& config, Findings& findings);
void check_registry_services(const Config& config, Findings& findings);

void check_bgp_identity(const Config& config, Findings& findings);
void check_bgp_neighbors(const Config& config, Findings& findings);
void check_bgp_passwords(const Config& config, Findings& findings);
void check_bgp_announcements(const Config& config, Findings& findings);

void check_routes(const Config& config, Findings& findings);
void check_neighbors(const Config& config, Findings& findings);

} // namespace sluice::config
