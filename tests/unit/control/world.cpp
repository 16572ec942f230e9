#include "tests/unit/control/world.hpp"

#include <algorithm>
#include <stdexcept>

#include <spdlog/spdlog.h>

#include "config/loader.hpp"

namespace sluice::test {
namespace {

// What is refused, lost and stale is what these tests are about.
[[maybe_unused]] const bool quiet = [] {
    spdlog::set_level(spdlog::level::off);
    return true;
}();

} // namespace

const char* const gateway_yaml = R"(version: 1
node: {name: gw1, router-id: 10.255.0.1, netns: gw1}
memory: {hugepages: none, sessions: 4k, tunnels: 1k, routes: 1k}
workers: {cores: "1", main-core: 0, idle: sleep}
ports:
  edge:   {device: net_null0, mtu: 1500, addresses: [198.51.100.2/24, "2001:db8:f::2/64"]}
  fabric: {device: net_null1, mtu: 9000, addresses: [10.20.0.2/24], terminates: [vxlan]}
vlans:
  n3: {port: fabric, id: 310, mtu: 1500, addresses: [10.30.0.1/24], terminates: [gtpu]}
vxlan: {vtep: 10.20.0.2}
gtpu: {endpoint: 10.30.0.1}
networks:
  shop:
    vni: 5001
    subnets:
      zone-a: {prefix: 10.1.0.0/24, gateway: 10.1.0.1}
    neighbors:
      - {address: 10.1.0.31, mac: "52:54:00:00:01:31", vtep: 10.20.0.11}
      - {address: 10.1.0.32, mac: "52:54:00:00:01:32", vtep: 10.21.0.12}
  phones:
    prefixes: [100.64.0.0/16]
    sessions:
      - {ue: 100.64.0.7, teid: 0x1001, peer: 10.30.0.9, peer-teid: 0x2001}
nat:
  pools:
    carrier: {addresses: [203.0.113.64/30]}
  rules:
    - {network: phones, source: 100.64.0.0/16, pool: carrier}
    - {network: shop, pool: carrier}
  eips:
    - {public: 203.0.113.10, network: shop, private: 10.1.0.20}
services:
  order:
    address: 203.0.113.80
    ports: [443/tcp]
    network: shop
    backends:
      - {address: 10.1.0.32, port: 8443, weight: 50}
      - {address: 10.1.0.31, port: 8443}
routes:
  - {prefix: 0.0.0.0/0, via: 198.51.100.1}
  - {prefix: 10.21.0.0/24, via: 10.20.0.254}
  - {prefix: 192.168.7.0/24, via: 10.1.0.31, network: shop}
neighbors:
  - {interface: edge, address: 198.51.100.1, mac: "02:00:00:00:02:01"}
)";

std::string with(std::string text, const std::string& from, const std::string& to)
{
    const std::size_t at = text.find(from);
    if (at == std::string::npos) throw std::logic_error("not in the configuration: " + from);
    return text.replace(at, from.size(), to);
}

config::Config load(const std::string& yaml)
{
    auto loaded = config::load_text(yaml, "gateway.yaml");
    if (loaded) return std::move(loaded->config);
    std::string errors;
    for (const Error& error : loaded.error())
        errors += error.text() + "\n";
    throw std::runtime_error(errors);
}

std::vector<std::string> lines(const control::ObjectSet& objects)
{
    std::vector<std::string> result;
    for (const auto& [key, object] : objects)
        result.push_back(control::describe(object));
    return result;
}

bool has_line(const control::ObjectSet& objects, const std::string& line)
{
    const auto all = lines(objects);
    return std::find(all.begin(), all.end(), line) != all.end();
}

} // namespace sluice::test
