#include "config/sections.hpp"

#include "config/reader.hpp"

namespace sluice::config {
namespace {

void read_pool(const TreeEntry& entry, Pool& pool)
{
    pool.line = entry.mark.line;
    read(entry.value, "addresses", pool.addresses);
    read(entry.value, "block-size", pool.block_size);
    const Tree* ports = entry.value.find("ports");
    if (ports == nullptr) return;
    if (const auto range = parse_port_range(ports->text)) std::tie(pool.first_port, pool.last_port) = *range;
}

NatRule read_rule(const TreeEntry& entry)
{
    NatRule rule;
    rule.line = entry.value.mark.line;
    read(entry.value, "network", rule.network);
    read(entry.value, "source", rule.source);
    read(entry.value, "pool", rule.pool);
    return rule;
}

Eip read_eip(const TreeEntry& entry)
{
    Eip eip;
    eip.line = entry.value.mark.line;
    read(entry.value, "public", eip.public_address);
    read(entry.value, "network", eip.network);
    read(entry.value, "private", eip.private_address);
    return eip;
}

std::optional<Health> read_health(const Tree* map)
{
    if (map == nullptr) return std::nullopt;
    Health health;
    read(*map, "tcp", health.tcp);
    read(*map, "port", health.port);
    read(*map, "interval", health.interval);
    read(*map, "timeout", health.timeout);
    read(*map, "jitter", health.jitter);
    read(*map, "rise", health.rise);
    read(*map, "fall", health.fall);
    std::string all_down;
    read(*map, "all-down", all_down);
    if (all_down == "fail-closed") health.all_down = Health::AllDown::fail_closed;
    return health;
}

void read_service(const TreeEntry& entry, Service& service)
{
    service.line = entry.mark.line;
    read(entry.value, "address", service.address);
    read(entry.value, "ports", service.ports);
    read(entry.value, "network", service.network);
    std::string forward;
    read(entry.value, "forward", forward);
    if (forward == "direct") service.forward = Service::Forward::direct;
    read(entry.value, "sessions", service.sessions);
    service.health = read_health(entry.value.find("health"));
    const Tree& backends = section(entry.value, "backends");
    read(backends, "registry", service.registry);
    read(backends, "service", service.registry_service);
    if (backends.kind != Tree::Kind::list) return;
    for (const TreeEntry& backend : backends.entries)
        service.backends.push_back(read_backend(backend));
}

void read_registry(const TreeEntry& entry, const std::filesystem::path& folder, Registry& registry)
{
    registry.line = entry.mark.line;
    read(entry.value, "file", registry.file);
    if (!registry.file.empty())
        registry.file = std::filesystem::absolute(folder / registry.file).lexically_normal().string();
    read(entry.value, "keep-when-lost", registry.keep_when_lost); // "forever" is no duration: stays empty
    read(entry.value, "zookeeper", registry.zookeeper);
    read(entry.value, "root", registry.root);
    std::string word;
    read(entry.value, "netns", word);
    if (word == "node") registry.netns = Registry::Netns::node;
    read(entry.value, "session-timeout", registry.session_timeout);
    read(entry.value, "sudden-loss", registry.sudden_loss);
    read(entry.value, "confirm-after", registry.confirm_after);
    read(entry.value, "confirm-after", word);
    if (word == "never") registry.confirm_after.reset();
}

} // namespace

Backend read_backend(const TreeEntry& entry)
{
    Backend backend;
    backend.line = entry.value.mark.line;
    read(entry.value, "address", backend.address);
    read(entry.value, "port", backend.port);
    read(entry.value, "weight", backend.weight);
    return backend;
}

void read_nat(const Tree& root, Config& config)
{
    const Tree& nat = section(root, "nat");
    for (const TreeEntry& entry : entries(nat, "pools"))
        read_pool(entry, config.nat.pools[entry.key]);
    for (const TreeEntry& entry : entries(nat, "rules"))
        config.nat.rules.push_back(read_rule(entry));
    for (const TreeEntry& entry : entries(nat, "eips"))
        config.nat.eips.push_back(read_eip(entry));
    const Tree& timeouts = section(nat, "timeouts");
    read(timeouts, "tcp-established", config.nat.timeouts.tcp_established);
    read(timeouts, "tcp-transitory", config.nat.timeouts.tcp_transitory);
    read(timeouts, "udp", config.nat.timeouts.udp);
    read(timeouts, "icmp", config.nat.timeouts.icmp);
}

void read_services(const Tree& root, const std::filesystem::path& folder, Config& config)
{
    for (const TreeEntry& entry : entries(root, "services"))
        read_service(entry, config.services[entry.key]);
    for (const TreeEntry& entry : entries(root, "registries"))
        read_registry(entry, folder, config.registries[entry.key]);
}

Config read_sections(const Tree& root, const std::filesystem::path& folder)
{
    Config config;
    read_machine(root, config);
    read_networks(root, config);
    read_nat(root, config);
    read_services(root, folder, config);
    read_bgp(root, folder, config);
    return config;
}

} // namespace sluice::config
