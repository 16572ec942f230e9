#include "tests/bench/world.hpp"

#include <stdexcept>

#include <unistd.h>

#include "config/loader.hpp"

namespace sluice::bench {
namespace {

config::Config example(const std::string& path)
{
    auto loaded = config::load_file(path);
    if (loaded) return std::move(loaded->config);
    std::string errors;
    for (const Error& error : loaded.error())
        errors += error.text() + "\n";
    throw std::runtime_error(errors);
}

Prefix prefix(std::uint32_t address, unsigned length)
{
    return {Ipv4Address{address}, length};
}

MacAddress mac(const Mac& bytes)
{
    return {bytes};
}

void set_ports(config::Config& config, unsigned workers)
{
    config::Port campus;
    campus.addresses = {prefix(ipv4(10, 40, 0, 1), 24)};
    config.ports.emplace("campus", campus);
    std::uint16_t number = 0;
    for (auto& [name, port] : config.ports) {
        port.device = "net_null" + std::to_string(number);
        port.queues = workers;
        port.mac = mac(our_mac(number));
        ++number;
    }
}

void add_neighbors(config::Config& config)
{
    const auto add = [&config](const std::string& interface, const std::string& address, const Mac& bytes) {
        config.neighbors.push_back({interface, IpAddress::parse(address).value(), mac(bytes), 0});
    };
    add("internet", "198.51.100.1", internet_router);
    add("internet", "2001:db8:f::1", internet_router);
    add("fabric", "10.20.0.3", fabric_router);
    add("n3", "10.30.0.9", base_station);
    for (unsigned i = 0; i < campus_routers; ++i)
        add("campus", "10.40.0." + std::to_string(2 + i), campus_router(i));
}

void add_campus(config::Config& config)
{
    config.routes.push_back({"public", prefix(campus_first, 12), Ipv4Address{ipv4(10, 40, 0, 2)}, "campus", 0});
    config.nat.rules.push_back({"public", prefix(campus_first, 12), "carrier", 0});
    config.nat.pools.at("carrier").addresses = {prefix(Carrier::first, Carrier::length)};
}

void set_backends(config::Config& config)
{
    config::Service& service = config.services.at("order");
    service.registry.clear();
    service.backends = {{Ipv4Address{ipv4(10, 1, 0, 31)}, 8443, 100, 0},
                        {Ipv4Address{ipv4(10, 1, 1, 32)}, 8443, 100, 0}};
}

} // namespace

config::Config world(const std::string& repository, unsigned workers)
{
    config::Config config = example(repository + "/config/examples/one-node.yaml");
    config.node.name = "bench-" + std::to_string(::getpid()); // DPDK's files are named by it
    config.memory.hugepage_bytes = 0;
    config.workers.main_core = 0;
    config.workers.cores.clear();
    for (unsigned i = 0; i < workers; ++i)
        config.workers.cores.push_back(1 + i);
    set_ports(config, workers);
    add_neighbors(config);
    add_campus(config);
    set_backends(config);
    return config;
}

} // namespace sluice::bench
