// Rules about pools, NAT rules and EIPs.
#include "config/check_support.hpp"
#include "config/rules.hpp"

namespace sluice::config {
namespace {

std::vector<PlacedPrefix> pool_prefixes(const Config& config)
{
    std::vector<PlacedPrefix> prefixes;
    for (const auto& [name, pool] : config.nat.pools)
        for (std::size_t i = 0; i < pool.addresses.size(); ++i)
            prefixes.push_back({pool.addresses[i], item("nat.pools." + name + ".addresses", i)});
    return prefixes;
}

void check_ports_of(const std::string& path, const Pool& pool, Findings& findings)
{
    const unsigned ports = 1U + pool.last_port - pool.first_port;
    if (const unsigned size = pool.block_size; (size & (size - 1)) != 0)
        findings.error(path + ".block-size",
                       std::to_string(size) + " is no power of two; write 64, 128, 256, 512, 1024, 2048 or 4096");
    else if (ports < size)
        findings.error(path + ".block-size", std::to_string(size) + " is more than the " + std::to_string(ports) +
                                                 " ports of the pool; lower it or widen ports");
    else if (ports % size != 0)
        findings.warning(path + ".ports", "the last " + std::to_string(ports % size) + " ports fill no block of " +
                                              std::to_string(size) + " and stay unused");
}

void refuse_inside(const std::vector<PlacedPrefix>& pools, const IpAddress& address, const std::string& path,
                   Findings& findings)
{
    if (const PlacedPrefix* pool = covering(pools, address))
        findings.error(pool->path, pool->prefix.text() + " contains " + address.text() + ", " +
                                       line_of(findings, path) + "; keep it out of the pool");
}

} // namespace

void check_pools(const Config& config, Findings& findings)
{
    for (const auto& [name, pool] : config.nat.pools)
        check_ports_of("nat.pools." + name, pool, findings);
    report_overlaps(pool_prefixes(config), findings);
}

// A pool may lie inside the subnet of an interface (the gateway then answers ARP for it), but not hold anyone's
// address.
void check_pool_overlaps(const Config& config, Findings& findings)
{
    const std::vector<PlacedPrefix> pools = pool_prefixes(config);
    for (const PlacedPrefix& placed : own_addresses(config))
        refuse_inside(pools, placed.prefix.address, placed.path, findings);
    for (std::size_t i = 0; i < config.nat.eips.size(); ++i)
        refuse_inside(pools, config.nat.eips[i].public_address, item("nat.eips", i) + ".public", findings);
    for (const auto& [name, service] : config.services)
        refuse_inside(pools, service.address, "services." + name + ".address", findings);
    for (const auto& [name, network] : config.networks)
        for (const PlacedPrefix& subnet : prefixes_of(config, name))
            for (const PlacedPrefix& pool : pools)
                if (pool.prefix.overlaps(subnet.prefix))
                    findings.error(pool.path, pool.prefix.text() + " overlaps " + subnet.prefix.text() + ", " +
                                                  line_of(findings, subnet.path) + "; a pool's addresses are public");
}

void check_nat_rules(const Config& config, Findings& findings)
{
    const auto& rules = config.nat.rules;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const std::string path = item("nat.rules", i);
        require_network(config, rules[i].network, path + ".network", findings);
        require_name(config.nat.pools, rules[i].pool, "pool", path + ".pool", findings);
        for (std::size_t earlier = 0; earlier < i; ++earlier) {
            const bool shadowed = rules[earlier].network == rules[i].network &&
                                  rules[earlier].source.length <= rules[i].source.length &&
                                  rules[earlier].source.contains(rules[i].source.address);
            if (!shadowed) continue;
            findings.warning(path, "never matches: " + line_of(findings, item("nat.rules", earlier)) +
                                       " comes first and covers it");
            break;
        }
    }
}

void check_eips(const Config& config, Findings& findings)
{
    Claims<IpAddress> owners(findings);
    for (const PlacedPrefix& placed : own_addresses(config))
        owners.claim(placed.prefix.address, placed.path);
    for (const auto& [name, service] : config.services)
        owners.claim(service.address, "services." + name + ".address");
    Claims<std::pair<std::string, IpAddress>> insides(findings);
    for (std::size_t i = 0; i < config.nat.eips.size(); ++i) {
        const Eip& eip = config.nat.eips[i];
        const std::string path = item("nat.eips", i);
        if (const auto clash = owners.claim(eip.public_address, path + ".public"))
            findings.error(clash->later, eip.public_address.text() + " is also " + line_of(findings, clash->earlier) +
                                             "; an EIP belongs to one machine");
        if (const auto clash = insides.claim({eip.network, eip.private_address}, path + ".private"))
            findings.error(clash->later, eip.private_address.text() + " is also " + line_of(findings, clash->earlier) +
                                             "; a machine has one EIP");
        require_network(config, eip.network, path + ".network", findings);
        const bool known = config.networks.contains(eip.network);
        if (known && covering(prefixes_of(config, eip.network), eip.private_address) == nullptr)
            findings.error(path + ".private", eip.private_address.text() + " is in no subnet of network " +
                                                  eip.network + "; write one that is");
    }
}

} // namespace sluice::config
