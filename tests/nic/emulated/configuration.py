"""The node's configuration: a cloud gateway whose machines also reach the outside through NAT. Addresses are those of the
net_tap world (tests/net_tap/lib/gateways.py)."""
from lib.gateways import BACKEND_MAC, BACKENDS, ORDER_VIP, POOL, VNI

MACHINE = "10.1.0.31"
RX_RING = 8192  # of the internet's port: more than most cards have


def configuration(devices, mtu, name):
    """YAML. `devices`: PCI addresses of the ports internet and fabric."""
    return f"""\
version: 1
node: {{name: {name}, router-id: 10.255.0.1}}
memory: {{hugepages: 512MiB, sessions: 64k, tunnels: 1k, routes: 4k}}
workers: {{cores: 1-2, main-core: 0, idle: sleep}}
ports:
  internet: {{device: "{devices[0]}", queues: 2, rx-descriptors: {RX_RING}, tx-descriptors: 512, mtu: {mtu}, addresses: [198.51.100.6/30]}}
  fabric:   {{device: "{devices[1]}", queues: 2, mtu: {mtu}, addresses: [10.20.0.2/24], terminates: [vxlan]}}
vxlan: {{vtep: 10.20.0.2, port: 4789}}
routes:
  - {{prefix: 0.0.0.0/0, via: 198.51.100.5}}
networks:
  shop:
    vni: {VNI}
    mtu: 1450
    subnets:
      zone-a: {{prefix: 10.1.0.0/24, gateway: 10.1.0.1}}
    neighbors:
      - {{address: {MACHINE}, mac: "{BACKEND_MAC[MACHINE]}", vtep: {BACKENDS[MACHINE]}}}
nat:
  pools:
    tenants: {{addresses: [{POOL}], ports: 1024-65535, block-size: 256}}
  rules:
    - {{network: shop, source: 10.1.0.0/24, pool: tenants}}
services:
  order:
    address: {ORDER_VIP}
    ports: [443/tcp]
    network: shop
    backends:
      - {{address: {MACHINE}, port: 8443, weight: 100}}
"""
