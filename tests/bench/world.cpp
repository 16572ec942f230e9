#include "tests/bench/world.hpp"

#include <algorithm>
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
    campus.addresses = {prefix(ipv4(10, 40, 0, 1), 24), {IpAddress::parse("2001:db8:40::1").value(), 64}};
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
    for (unsigned i = 0; i < campus_routers; ++i) {
        add("campus", "10.40.0." + std::to_string(2 + i), campus_router(i));
        add("campus", "2001:db8:40::" + std::to_string(2 + i), campus_router(i));
    }
}

void add_campus(config::Config& config)
{
    const IpAddress router = Ipv4Address{ipv4(10, 40, 0, 2)};
    config.routes.push_back({"public", prefix(campus_first, 12), router, "campus", 0});
    config.routes.push_back({"public", prefix(Service::campus_backend, 24), router, "campus", 0});
    config.routes.push_back(
        {"public", {ip(v6(Service::campus_prefix6, 0)), 64}, IpAddress::parse("2001:db8:40::2").value(), "campus", 0});
    config.routes.push_back({"public", prefix(ipv4(10, 255, 0, 0), 16), Ipv4Address{ipv4(10, 20, 0, 3)}, "fabric", 0});
    config.nat.rules.push_back({"public", prefix(campus_first, 12), "carrier", 0});
    config.nat.pools.at("carrier").addresses = {prefix(Carrier::first, Carrier::length)};
}

config::Service service(const Address& address, const std::string& network)
{
    config::Service made;
    made.address = ip(address);
    made.ports = {{Service::port, config::Protocol::tcp}};
    made.network = network;
    return made;
}

void reserve_tunnels(config::Config& config, std::uint32_t count)
{
    config.memory.tunnels = std::max(config.memory.tunnels, count + 1'000);
    config.memory.routes = std::max(config.memory.routes, count + 10'000);
}

} // namespace

config::Config world(const std::string& repository, unsigned workers)
{
    config::Config config = example(repository + "/config/examples/one-node.yaml");
    config.node.name = "bench-" + std::to_string(::getpid()); // DPDK's files are named by it
    config.memory.hugepage_bytes = 0;
    config.workers.main_core = 0;
    config.workers.cores = {1, 0}; // the second one shares the main thread's
    config.workers.cores.resize(workers);
    set_ports(config, workers);
    add_neighbors(config);
    add_campus(config);
    set_machines(config, Service::backends);
    set_backends(config, Backends::shop);
    return config;
}

void set_phones(config::Config& config, std::uint32_t count)
{
    config::Network& phones = config.networks.at("phones");
    phones.prefixes = {prefix(ipv4(100, 64, 0, 0), 10)};
    phones.sessions.clear();
    for (std::uint32_t i = 0; i < count; ++i)
        phones.sessions.push_back(
            {Ipv4Address{Phone::address(i)}, Phone::teid(i), Ipv4Address{Phone::peer}, Phone::peer_teid(i), 0});
    for (config::NatRule& rule : config.nat.rules)
        if (rule.network == "phones") rule.source = phones.prefixes.front();
    reserve_tunnels(config, count);
}

void set_machines(config::Config& config, std::uint32_t count)
{
    config::Network& shop = config.networks.at("shop");
    shop.subnets = {{"zone-a", {prefix(ipv4(10, 64, 0, 0), 10), Ipv4Address{ipv4(10, 127, 255, 254)}, 0}}};
    shop.neighbors.clear();
    for (std::uint32_t i = 0; i < count; ++i)
        shop.neighbors.push_back(
            {Ipv4Address{Machine::address(i)}, mac(Machine::mac(i)), Ipv4Address{Machine::host(i)}, 0});
    reserve_tunnels(config, count);
}

void set_backends(config::Config& config, Backends where)
{
    const std::string network = where == Backends::shop ? "shop" : "public";
    config.services = {{"order", service(v4(Service::address), network)},
                       {"order6", service(v6(Service::prefix6, Service::address6), "public")}};
    const std::uint32_t first = where == Backends::shop ? Machine::address(0) : Service::campus_backend;
    for (std::uint32_t i = 0; i < Service::backends; ++i) {
        config.services.at("order").backends.push_back({Ipv4Address{first + i}, Service::backend_port, 100, 0});
        config.services.at("order6").backends.push_back(
            {ip(v6(Service::campus_prefix6, 1 + i)), Service::backend_port, 100, 0});
    }
}

void set_direct(config::Config& config, bool sessions)
{
    config::Service& order = config.services.at("order");
    order.forward = config::Service::Forward::direct;
    order.sessions = sessions;
    for (config::Backend& backend : order.backends)
        backend.port = 0; // the service's
}

IpAddress ip(const Address& address)
{
    const std::string packed(address.span().begin(), address.span().end());
    return IpAddress::unpack(packed).value();
}

} // namespace sluice::bench
