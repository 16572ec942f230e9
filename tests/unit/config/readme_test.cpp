// The README's tables are the keys of keys.cpp, row by row, and the defaults they promise are those of schema.hpp.
#include <catch2/catch.hpp>

#include <fstream>
#include <map>
#include <set>

#include "config/keys.hpp"
#include "config/scalars.hpp"

namespace sluice::config {
namespace {

// Every line of the README that looks like the row of a key. The working folder is the repository's root.
std::multiset<std::string> readme_rows()
{
    std::ifstream file("config/README.md");
    std::multiset<std::string> rows;
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("| `") && line.find("| live |") != std::string::npos)
            rows.insert(line);
        else if (line.starts_with("| `") && line.find("| restart |") != std::string::npos)
            rows.insert(line);
    return rows;
}

std::string_view fallback_of(std::string_view path)
{
    for (const Key& key : gateway_keys())
        if (key.path == path) return key.fallback;
    return "no such key";
}

} // namespace

TEST_CASE("the README has exactly one row for every key, and no other")
{
    std::multiset<std::string> expected;
    for (const Key& key : gateway_keys())
        expected.insert(readme_row(key));
    for (const Key& key : registry_keys())
        expected.insert(readme_row(key));
    const std::multiset<std::string> rows = readme_rows();
    for (const std::string& row : expected)
        CHECK(rows.count(row) == expected.count(row));
    for (const std::string& row : rows)
        CHECK(expected.count(row) == rows.count(row));
}

TEST_CASE("no key is there twice, and each says what it is")
{
    std::set<std::string_view> paths;
    for (const Key& key : gateway_keys()) {
        CAPTURE(key.path);
        CHECK(paths.insert(key.path).second);
        CHECK(key.doc.ends_with('.'));
        CHECK(key.doc.find('|') == std::string_view::npos); // it would end the cell
    }
}

TEST_CASE("the documented defaults are the ones that apply")
{
    const Config config;
    const Port port;
    const Network network;
    const Pool pool;
    const Backend backend;
    const auto count = [](std::uint64_t value) { return std::to_string(value); };
    const std::map<std::string, std::string> defaults{
        {"node.router-id", config.node.router_id.text()},
        {"node.drain-time", duration_text(config.node.drain_time)},
        {"node.metrics", config.node.metrics ? "some" : "none"},
        {"memory.sessions", count(config.memory.sessions)},
        {"memory.tunnels", count(config.memory.tunnels)},
        {"memory.routes", count(config.memory.routes)},
        {"workers.cores", count(config.workers.cores.at(0))},
        {"workers.main-core", count(config.workers.main_core)},
        {"workers.idle", config.workers.idle == Workers::Idle::poll ? "poll" : "sleep"},
        {"workers.new-sessions", count(config.workers.new_sessions)},
        {"memory.hugepages", config.memory.hugepage_bytes == 0 ? "none" : "some"},
        {"ports.NAME.queues", count(port.queues)},
        {"ports.NAME.rx-descriptors", count(port.rx_descriptors)},
        {"ports.NAME.tx-descriptors", count(port.tx_descriptors)},
        {"ports.NAME.mtu", count(port.mtu)},
        {"vlans.NAME.mtu", count(Vlan{}.mtu)},
        {"vxlan.port", count(config.vxlan.port)},
        {"vxlan.gateway-mac", config.vxlan.gateway_mac.text()},
        {"gtpu.echo-interval", duration_text(config.gtpu.echo_interval)},
        {"tcp.mss-clamp", config.mss_clamp ? "true" : "false"},
        {"networks.NAME.mtu", count(network.mtu)},
        {"networks.NAME.presence", network.presence ? "true" : "false"},
        {"nat.pools.NAME.ports", count(pool.first_port) + "-" + count(pool.last_port)},
        {"nat.pools.NAME.block-size", count(pool.block_size)},
        {"nat.rules[].source", NatRule{}.source.text()},
        {"nat.timeouts.tcp-established", duration_text(config.nat.timeouts.tcp_established)},
        {"nat.timeouts.tcp-transitory", duration_text(config.nat.timeouts.tcp_transitory)},
        {"nat.timeouts.udp", duration_text(config.nat.timeouts.udp)},
        {"nat.timeouts.icmp", duration_text(config.nat.timeouts.icmp)},
        {"services.NAME.forward", Service{}.forward == Service::Forward::dnat ? "dnat" : "direct"},
        {"services.NAME.sessions", Service{}.sessions ? "true" : "false"},
        {"services.NAME.health.interval", duration_text(Health{}.interval)},
        {"services.NAME.health.timeout", duration_text(Health{}.timeout)},
        {"services.NAME.health.jitter", duration_text(Health{}.jitter)},
        {"services.NAME.health.rise", count(Health{}.rise)},
        {"services.NAME.health.fall", count(Health{}.fall)},
        {"services.NAME.health.all-down",
         Health{}.all_down == Health::AllDown::fail_open ? "fail-open" : "fail-closed"},
        {"services.NAME.backends[].weight", count(backend.weight)},
        {"registries.NAME.keep-when-lost", Registry{}.keep_when_lost ? "some time" : "forever"},
        {"registries.NAME.root", Registry{}.root},
        {"registries.NAME.netns", Registry{}.netns == Registry::Netns::host ? "host" : "node"},
        {"registries.NAME.session-timeout", duration_text(Registry{}.session_timeout)},
        {"registries.NAME.sudden-loss", count(Registry{}.sudden_loss)},
        {"registries.NAME.confirm-after", duration_text(Registry{}.confirm_after.value())},
        {"bgp.mode", config.bgp.mode == Bgp::Mode::external ? "external" : "managed"},
        {"bgp.neighbors.NAME.bfd.interval", duration_text(Bfd{}.interval)},
        {"bgp.neighbors.NAME.bfd.multiplier", count(Bfd{}.multiplier)},
        {"bgp.neighbors.NAME.multihop", count(BgpNeighbor{}.multihop)},
        {"bgp.neighbors.NAME.gtsm", BgpNeighbor{}.gtsm ? "true" : "false"},
        {"bgp.graceful-restart", config.bgp.graceful_restart ? "true" : "false"},
        {"bgp.keep-when-lost", config.bgp.keep_when_lost ? duration_text(*config.bgp.keep_when_lost) : "forever"},
        {"routes[].network", StaticRoute{}.network},
    };
    for (const auto& [path, value] : defaults) {
        CAPTURE(path);
        CHECK((fallback_of(path) == value || parse_duration(fallback_of(path)) == parse_duration(value)));
    }
    for (const Key& key : gateway_keys()) {
        CAPTURE(key.path);
        CHECK((key.fallback.empty() || key.required() || defaults.contains(std::string(key.path))));
    }
}

} // namespace sluice::config
