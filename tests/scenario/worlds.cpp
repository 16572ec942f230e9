#include "tests/scenario/worlds.hpp"

namespace sluice::test {

const std::string one_node = R"(
version: 1
node: {name: bench, router-id: 10.255.0.1, netns: bench}
memory: {hugepages: none, sessions: 4k, tunnels: 1k, routes: 1k}
workers: {cores: "1", main-core: 0, idle: sleep}
ports:
  internet: {device: net_tap0, mtu: 1500, addresses: [198.51.100.2/24, "2001:db8:f::2/64"]}
  fabric:   {device: net_tap1, mtu: 9000, addresses: [10.20.0.2/24], terminates: [vxlan]}
vlans:
  n3: {port: fabric, id: 310, mtu: 1500, addresses: [10.30.0.1/24], terminates: [gtpu]}
vxlan: {vtep: 10.20.0.2, port: 4789}
gtpu: {endpoint: 10.30.0.1}
networks:
  shop:
    vni: 5001
    mtu: 1450
    subnets:
      zone-a: {prefix: 10.1.0.0/24, gateway: 10.1.0.1}
      zone-6: {prefix: "2001:db8:1::/64", gateway: "2001:db8:1::1"}
    neighbors:
      - {address: 10.1.0.31, mac: "52:54:00:00:01:31", vtep: 10.20.0.11}
      - {address: 10.1.0.32, mac: "52:54:00:00:01:32", vtep: 10.20.0.12}
      - {address: 10.1.0.20, mac: "52:54:00:00:01:20", vtep: 10.20.0.11}
      - {address: "2001:db8:1::31", mac: "52:54:00:00:01:31", vtep: 10.20.0.11}
  phones:
    prefixes: [100.64.0.0/16]
    sessions:
      - {ue: 100.64.0.7, teid: 0x1001, peer: 10.30.0.9, peer-teid: 0x2001}
nat:
  pools:
    carrier: {addresses: [203.0.113.64/30], ports: 1024-65535, block-size: 256}
  rules:
    - {network: phones, source: 100.64.0.0/16, pool: carrier}
    - {network: shop, pool: carrier}
  eips:
    - {public: 198.51.100.77, network: shop, private: 10.1.0.20}
services:
  order:
    address: 203.0.113.80
    ports: [443/tcp, 443/udp]
    network: shop
    backends:
      - {address: 10.1.0.31, port: 8443}
      - {address: 10.1.0.32, port: 8443}
  order6:
    address: "2001:db8:f::80"
    ports: [443/tcp]
    network: shop
    backends:
      - {address: "2001:db8:1::31", port: 8443}
routes:
  - {prefix: 0.0.0.0/0, via: 198.51.100.1}
  - {prefix: "::/0", via: "2001:db8:f::1"}
neighbors:
  - {interface: internet, address: 198.51.100.1, mac: "02:00:00:00:02:01"}
  - {interface: internet, address: "2001:db8:f::1", mac: "02:00:00:00:02:01"}
  - {interface: n3, address: 10.30.0.9, mac: "02:00:00:00:02:09"}
  - {interface: fabric, address: 10.20.0.11, mac: "02:00:00:00:02:11"}
  - {interface: fabric, address: 10.20.0.12, mac: "02:00:00:00:02:12"}
)";

} // namespace sluice::test
