"""A node between a client and two routers that reach one server: routes to the server come by BGP or not at all.

  client ─ left ─ node ─ up1 ─ first ─┐
                    └─── up2 ─ second ┴ server 10.50.0.9        announced by us: 203.0.113.80 (an EIP)
"""
import time

from . import gateways
from .frr import Frr
from .namespace import connect
from .node import Node, Port
from .shell import wait_until

SERVER, SERVED = "10.50.0.9", "10.50.0.0/24"
CLIENT = "10.1.0.2"
ANNOUNCED = "203.0.113.80"
AS_OF_NODE, AS_OF_ROUTERS = 65010, 64512
OF_NODE = {"first": "198.51.100.2", "second": "198.51.100.6"}
OF_ROUTER = {"first": "198.51.100.1", "second": "198.51.100.5"}

EIP = f"""\
networks:
  phones: {{prefixes: [100.64.0.0/16]}}
nat:
  eips:
    - {{public: {ANNOUNCED}, network: phones, private: 100.64.0.9}}
"""

BFD = """\
bfd
 profile fast
  transmit-interval 300
  receive-interval 300
 exit
exit
"""

ROUTER = """\
frr defaults datacenter
router bgp {router_as}
 bgp router-id {router}
 no bgp ebgp-requires-policy
 {more}
 neighbor {node} remote-as {node_as}
 neighbor {node} timers connect 1
 {session}
 address-family ipv4 unicast
  network 10.50.0.0/24
 exit-address-family
exit
""" + BFD

NODE = """\
frr defaults traditional
no ip forwarding
no ipv6 forwarding
router bgp {node_as}
 bgp router-id 10.255.0.1
 no bgp ebgp-requires-policy
 {more}
 bgp bestpath as-path multipath-relax
{neighbors}
 address-family ipv4 unicast
  redistribute kernel
  maximum-paths 8
 exit-address-family
exit
""" + BFD


class Routed:
    """`bgp` is the YAML's section; `more` and `session` are lines of the routers' FRR."""

    def __init__(self, rig, bgp="bgp: {mode: external, announce: {eips: {}}}\n", routers=("first", "second"), driver="tap"):
        self.rig = rig
        self.client = rig.namespace("client")
        self.server = rig.namespace("server")
        self.routers = {name: rig.namespace(name, forwarding=True) for name in routers}
        self.wires = {name: self._wire(name) for name in routers}
        if driver == "packet":  # a veth passes frames on without their checksums, and the driver does not say so
            for space in self.routers.values():
                space.run("ethtool", "-K", "node", "tx", "off")
        self.bgp = bgp
        self.announcing = False
        ports = [Port("left", self.client, "eth0", [f"{CLIENT}/24"])]
        ports += [Port(f"to-{name}", wire, "port", master="wire", driver=driver) for name, wire in self.wires.items()]
        self.node = Node(rig, "node", self._configuration, ports)
        self.frr = {}

    def _wire(self, name):
        """A switch between a port and its router, so that neither sees the other's end go down."""
        wire = self.rig.namespace(f"wire-{name}")
        wire.ip("link add wire type bridge")
        wire.link("wire")
        connect(wire, "router", self.routers[name], "node")
        wire.link("router", master="wire")
        self.routers[name].link("node", [f"{OF_ROUTER[name]}/30"])
        return wire

    def cut(self, name):
        self.wires[name].ip("link set router nomaster")

    def _configuration(self, node):
        addresses = [("left", "10.1.0.1/24")] + [(f"to-{name}", f"{OF_NODE[name]}/30") for name in self.routers]
        return gateways.plain(*addresses)(node) + self.bgp + (EIP if self.announcing else "")

    def start(self):
        self.node.start()
        self.client.ip("route add default via 10.1.0.1")
        self.server.ip(f"addr add {SERVER}/32 dev lo")
        for number, (name, space) in enumerate(self.routers.items(), 1):
            connect(self.server, name, space, "server")
            space.link("server", [f"10.50.{number}.1/30"])
            self.server.link(name, [f"10.50.{number}.2/30"])
            space.ip(f"route add {SERVED} via 10.50.{number}.2")
            space.ip(f"route add 10.1.0.0/24 via {OF_NODE[name]}")
            self.server.ip(f"route append default via 10.50.{number}.1 metric {number} src {SERVER}")
        self.reverser = self.server.start_peer("reverser", "reverser.py", 7)
        for name, space in self.routers.items():
            wait_until(f"{name} reaches the node", lambda space=space, name=name: space.pings(OF_NODE[name]))

    def start_router(self, name, session=("bfd profile fast",), more=""):
        node = OF_NODE[name]
        lines = "\n ".join(f"neighbor {node} {line}" for line in session)
        text = ROUTER.format(router=OF_ROUTER[name], node=node, router_as=AS_OF_ROUTERS, node_as=AS_OF_NODE, session=lines, more=more)
        self.frr[name] = Frr(self.routers[name], text).start()
        return self.frr[name]

    def start_node_frr(self, session=("bfd profile fast",), more=""):
        """The operator's own FRR in the node's namespace (mode external)."""
        rows = []
        for name in self.routers:
            rows += [f"neighbor {OF_ROUTER[name]} {line}" for line in (f"remote-as {AS_OF_ROUTERS}", "timers connect 1", *session)]
        text = NODE.format(node_as=AS_OF_NODE, neighbors="\n".join(f" {row}" for row in rows), more=more)
        self.frr["node"] = Frr(self.node.kernel, text).start()
        return self.frr["node"]

    def announce(self):
        """The node is given an address that it announces."""
        self.announcing = True
        self.node.configure(self._configuration)
        self.node.ctl("apply", self.node.file)

    def routes(self, source="bgp"):
        """What the dataplane has from this source: prefix → gateways."""
        rows = [row["route"] for row in self.node.ctl("routes")["routes"] if row["route"].get("source") == source]
        return {prefix(row["prefix"]): sorted(hop.get("gateway", "") for hop in row.get("hops", [])) for row in rows}

    def hops(self, wanted=SERVED):
        """The gateways of a learned route."""
        return self.routes().get(wanted, [])

    def time_until(self, what, condition, timeout=15):
        begun = time.monotonic()
        wait_until(what, condition, timeout, interval=0.02)
        return time.monotonic() - begun

    def heard(self, name, prefix=f"{ANNOUNCED}/32"):
        """Whether a router's kernel has our route."""
        return "via" in self.routers[name].ip(f"route show {prefix}")


def prefix(value):
    return value if isinstance(value, str) else f"{value['address']}/{value['length']}"
