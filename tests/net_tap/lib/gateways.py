"""The nodes' configurations: what an operator would write, with net_tap devices. Every default is the demo's value.

  phone 100.64.0.7 ─ radio 10.30.0.9 ─n3─ mobile ─198.51.100.0/30─ internet ─198.51.100.4/30─ cloud ─fabric 10.20.0.0/24─ hosts
"""

POOL = "203.0.113.64/28"
ORDER_VIP = "203.0.113.80"
ECHO_VIP = "203.0.113.81"
VNI = 5001
TEID = 0x1001
PEER_TEID = 0x2001
BACKENDS = {"10.1.0.31": "10.20.0.11", "10.1.0.32": "10.20.0.12"}  # virtual machine: its host's VTEP
BACKEND_MAC = {"10.1.0.31": "52:54:00:00:01:31", "10.1.0.32": "52:54:00:00:01:32"}


def _head(node):
    return f"""\
version: 1
node: {{name: {node.name}, router-id: 10.255.0.{node.number}, netns: {node.kernel.name}}}
memory: {{hugepages: none, sessions: 64k, tunnels: 1k, routes: 4k}}
workers: {{cores: "1", main-core: 0, idle: sleep}}
"""


def default_route(router):
    return f"routes:\n  - {{prefix: 0.0.0.0/0, via: {router}}}\n"


def mobile(pool=POOL, teid=TEID, peer_teid=PEER_TEID, mss_clamp=True, block_size=256, routing=default_route("198.51.100.1")):
    """Node 1: opens GTP-U tunnels and gives phones public addresses. `routing`: a section that says how to reach the rest."""
    def configuration(node):
        return _head(node) + f"""
ports:
  n3:       {{device: "{node.device('n3')}", mtu: 1500, addresses: [10.30.0.1/24], terminates: [gtpu]}}
  internet: {{device: "{node.device('internet')}", mtu: 1500, addresses: [198.51.100.2/30]}}
gtpu: {{endpoint: 10.30.0.1, echo-interval: 60s}}
tcp: {{mss-clamp: {str(mss_clamp).lower()}}}
{routing}networks:
  phones:
    prefixes: [100.64.0.0/16]
    sessions:
      - {{ue: 100.64.0.7, teid: {teid:#x}, peer: 10.30.0.9, peer-teid: {peer_teid:#x}}}
nat:
  pools:
    carrier: {{addresses: [{pool}], ports: 1024-65535, block-size: {block_size}}}
  rules:
    - {{network: phones, source: 100.64.0.0/16, pool: carrier}}
  timeouts: {{tcp-established: 2h4m, tcp-transitory: 4m, udp: 5m, icmp: 60s}}
"""
    return configuration


def cloud(vni=VNI, mtu=1450, mss_clamp=True, uplink="198.51.100.6", router="198.51.100.5", vtep="10.20.0.2",
          backends=tuple(BACKENDS), order_backends=None, routing=None, extra_services="", health=""):
    """Node 2: public service addresses in front of a tenant's virtual machines behind VXLAN. `order_backends`: who names
    those of the order service, instead of a list."""
    def configuration(node):
        neighbors = "".join(f'      - {{address: {address}, mac: "{BACKEND_MAC[address]}", vtep: {host}}}\n'
                            for address, host in BACKENDS.items())
        checks = f"    health: {{{health}}}\n" if health else ""
        return _head(node) + f"""
ports:
  internet: {{device: "{node.device('internet')}", mtu: 1500, addresses: [{uplink}/30]}}
  fabric:   {{device: "{node.device('fabric')}", mtu: 1500, addresses: [{vtep}/24], terminates: [vxlan]}}
vxlan: {{vtep: {vtep}, port: 4789}}
tcp: {{mss-clamp: {str(mss_clamp).lower()}}}
{routing or default_route(router)}networks:
  shop:
    vni: {vni}
    mtu: {mtu}
    presence: {str(bool(health)).lower()}
    subnets:
      zone-a: {{prefix: 10.1.0.0/24, gateway: 10.1.0.1}}
    neighbors:
{neighbors}services:
  order:
    address: {ORDER_VIP}
    ports: [443/tcp]
    network: shop
{checks}    backends: {order_backends or _backends(backends, 8443)}
  echo:
    address: {ECHO_VIP}
    ports: [7/udp]
    network: shop
    backends: {_backends(backends, 7007)}
{extra_services}"""
    return configuration


def plain(*ports):
    """A router between its ports: no tunnel, no translation. ports: (name, addresses)."""
    def configuration(node):
        rows = "".join(f'  {name}: {{device: "{node.device(name)}", mtu: 1500, addresses: [{addresses}]}}\n'
                       for name, addresses in ports)
        return _head(node) + f"\nports:\n{rows}"
    return configuration


def _backends(addresses, port):
    return "\n" + "\n".join(f"      - {{address: {address}, port: {port}, weight: 100}}" for address in addresses)
