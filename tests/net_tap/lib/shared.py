"""A node on one NIC that stays with the kernel (AF_XDP), in a network where everything hangs on one bridge:

  machine ─ host 10.20.0.11 ═VXLAN═ ┐
  phone ─ radio 10.30.0.9 ══GTP-U══ ├ bridge ─ eth2 of the node: the kernel's 10.20.0.2, 10.30.0.1
  server 192.0.2.9 ─ router ──────── ┘

The kernel's side of eth2 has FRR with a session to the router's, and whatever TCP server a test starts."""
import socket

from . import gateways
from .cloud import Fabric, Host
from .frr import Frr
from .namespace import connect
from .node import Node
from .radio import Radio
from .shell import wait_until
from .topology import Internet

KERNEL = "10.20.0.2"
KERNEL6 = "2001:db8:20::2"
ROUTER = "10.20.0.1"
SERVER = "192.0.2.9"
MACHINE = "10.1.0.31"
ON_LINK_VIP = "10.30.0.80"  # in a subnet of the NIC: who has no BGP finds it by ARP
POOL = gateways.POOL

FRR = """\
frr defaults traditional
no ip forwarding
no ipv6 forwarding
router bgp {own_as}
 bgp router-id {own}
 no bgp ebgp-requires-policy
 neighbor {peer} remote-as {peer_as}
 neighbor {peer} timers 1 3
 neighbor {peer} timers connect 1
 address-family ipv4 unicast
  {more}
 exit-address-family
exit
"""


def service(name, address, ports="443/tcp", backend=8443):
    return f"""\
  {name}:
    address: {address}
    ports: [{ports}]
    network: shop
    backends: [{{address: {MACHINE}, port: {backend}}}]
"""


ORDER = service("order", gateways.ORDER_VIP) + service("near", ON_LINK_VIP, "7/udp", 7008)
ECHO = service("echo", gateways.ECHO_VIP, "7/udp", 7007)


def configuration(services=ORDER + ECHO):
    def yaml(node):
        return f"""\
version: 1
node: {{name: {node.name}, router-id: {KERNEL}, netns: {node.kernel.name}, drain-time: 1s}}
memory: {{hugepages: none, sessions: 64k, tunnels: 1k, routes: 4k}}
workers: {{cores: "1", main-core: 0, idle: sleep}}
ports:
  shared: {{device: {{af-xdp: eth2}}, mtu: 1500, addresses: [{KERNEL}/24, 10.30.0.1/24], terminates: [vxlan, gtpu]}}
vlans:
  tagged: {{port: shared, id: 310, addresses: [10.3.0.1/24]}}
vxlan: {{vtep: {KERNEL}}}
gtpu: {{endpoint: 10.30.0.1}}
networks:
  shop:
    vni: {gateways.VNI}
    mtu: 1450
    subnets:
      zone-a: {{prefix: 10.1.0.0/24, gateway: 10.1.0.1}}
    neighbors:
      - {{address: {MACHINE}, mac: "{gateways.BACKEND_MAC[MACHINE]}", vtep: {gateways.BACKENDS[MACHINE]}}}
  phones:
    prefixes: [100.64.0.0/16]
    sessions:
      - {{ue: 100.64.0.7, teid: {gateways.TEID:#x}, peer: 10.30.0.9, peer-teid: {gateways.PEER_TEID:#x}}}
nat:
  pools:
    carrier: {{addresses: [{POOL}]}}
  rules:
    - {{network: phones, pool: carrier}}
    - {{network: shop, pool: carrier}}
services:
{services}routes:
  - {{prefix: 0.0.0.0/0, via: {ROUTER}}}
bgp: {{mode: external, announce: {{services: {{}}, nat-pools: {{}}}}}}
"""
    return yaml


class SharedNic:
    def __init__(self, rig, native=True):
        """native=False: eth2 is a macvlan on a veth, whose driver has no XDP."""
        self.internet = Internet(rig)
        self.lan = Fabric(rig)
        self.host = Host(self.lan, 1, MACHINE)
        self.radio = Radio(rig)
        self.phone = self.radio.phone
        self.node = Node(rig, "gw", configuration(), [], at_home=True)
        self._plug(self.node.kernel, "eth2" if native else "nic", "gw", [])
        if not native:
            self.node.kernel.ip("link add link nic name eth2 type macvlan mode bridge")
        self.node.kernel.link("eth2", [f"{KERNEL}/24", "10.30.0.1/24", f"{KERNEL6}/64"])
        self._plug(self.internet.router, "lan", "router", [f"{ROUTER}/24", "2001:db8:20::1/64"])
        self._plug(self.radio.radio, "n3", "radio", ["10.30.0.9/24"])
        # What the kernel leaves to a NIC's checksum unit is never computed on a veth, and an AF_XDP socket sees it so.
        for space, link in ((self.host.machine, "eth0"), (self.host.host, "fabric0"), (self.internet.server, "eth0"),
                            (self.internet.router, "lan"), (self.radio.radio, "n3")):
            space.run("ethtool", "-K", link, "tx", "off")
        # A veth hands tags over beside the frame; XDP sees those that are in it.
        self.lan.space.run("ethtool", "-K", "gw", "txvlan", "off")
        self.node.kernel.run("ethtool", "-K", "eth2", "rxvlan", "off")
        self.frr = {}

    def _plug(self, space, link, name, addresses):
        connect(space, link, self.lan.space, name)
        self.lan.space.link(name, master="br0")
        space.link(link, addresses)

    def start(self, bgp=True):
        self.node.start()
        self.host.start_nginx()
        self.host.start_reverser()
        self.host.machine.start_peer("reverser-near", "reverser.py", 7008)
        self.radio.start()
        self.internet.server.start_peer("reverser-server", "reverser.py", 7)
        self.node.kernel.start_peer("namer-kernel", "namer.py", "kernel", 8080)
        if bgp:
            self.start_bgp()
        else:
            for prefix in (gateways.ORDER_VIP, gateways.ECHO_VIP, POOL):
                self.internet.router.ip(f"route add {prefix} via {KERNEL}")

    def start_bgp(self):
        """The kernel's own session over the NIC, which also tells the router what the node announces."""
        for name, space, own, peer, own_as, more in (
                ("node", self.node.kernel, KERNEL, ROUTER, 65010, "redistribute kernel"),
                ("router", self.internet.router, ROUTER, KERNEL, 64512, "network 192.0.2.0/24")):
            text = FRR.format(own=own, peer=peer, own_as=own_as, peer_as={65010: 64512, 64512: 65010}[own_as], more=more)
            self.frr[name] = Frr(space, text if name == "node" else text.replace("no ip forwarding", "ip forwarding"),
                                 daemons=("zebra", "bgpd")).start()
        wait_until("the kernel's BGP session", lambda: self.frr["node"].established(ROUTER), timeout=30)
        wait_until("the router knows the announced addresses", lambda: all(map(self.heard, (f"{gateways.ORDER_VIP}/32", POOL))), timeout=30)

    @staticmethod
    def reverses(space, address, timeout=1):
        """Whether the echo service at this address answers a datagram of this namespace."""
        with space.entered():
            client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with client:
            client.settimeout(timeout)
            client.sendto(b"there and back", (address, 7))
            try:
                return client.recv(100) == b"kcab dna ereht"
            except OSError:
                return False

    def heard(self, prefix):
        return "via" in self.internet.router.ip(f"route show {prefix.removesuffix('/32')}")

    def session(self):
        """(state, how often it came up) of the kernel's BGP session."""
        said = self.frr["node"].show(f"show bgp neighbors {ROUTER} json").get(ROUTER, {})
        return said.get("bgpState"), said.get("connectionsEstablished")

    def apply(self, services):
        self.node.configure(configuration(services))
        self.node.ctl("apply", self.node.file)

    def steering(self):
        """Frames by verdict."""
        return {row["verdict"]: row["packets"] for row in self.port()["steering"]}

    def port(self):
        return next(row for row in self.node.ctl("ports")["ports"] if row["name"] == "shared")

    def stop_bgp(self):
        for daemons in self.frr.values():
            daemons.stop()
