"""Cloud gateways that announce through FRR to a router that learns, and the watch on that router's kernel."""
import re
import time
from datetime import datetime

from . import gateways
from .frr import Frr, wait_established
from .namespace import connect
from .node import Node, Port
from .topology import CloudSide, Internet
from .shell import wait_until
from .waits import Stopwatch

EVERYTHING = "bgp: {announce: {services: {}, eips: {}, nat-pools: {}}}\n"
AS_OF_NODES, AS_OF_ROUTER = 65010, 64512
WITHIN = 0.3  # seconds from the cause to the peer's routing table, as promised
DAEMONS = ("zebra", "bgpd")

# Kinds are told apart by their metric; what has another one is nobody's business.
NODE = """\
frr defaults datacenter
route-map sluice permit 10
 match metric 100
 set community {as_number}:100
route-map sluice permit 20
 match metric 101
 set community {as_number}:101
route-map sluice permit 30
 match metric 102
 set community {as_number}:102
router bgp {as_number}
 bgp router-id {router_id}
 no bgp ebgp-requires-policy
 no bgp network import-check
 timers bgp 1 3
{neighbors}
 address-family ipv4 unicast
  redistribute kernel route-map sluice
 exit-address-family
 address-family ipv6 unicast
  redistribute kernel route-map sluice
{activated}
 exit-address-family
"""

ROUTER = """\
frr defaults datacenter
router bgp {as_number}
 no bgp ebgp-requires-policy
 bgp bestpath as-path multipath-relax
 timers bgp 1 3
{neighbors}
 address-family ipv4 unicast
  maximum-paths 8
 exit-address-family
 address-family ipv6 unicast
{activated}
 exit-address-family
"""


def sessions(addresses, as_number):
    """What both templates say of each neighbour."""
    return {"neighbors": neighbors(addresses, as_number), "activated": "\n".join(f"  neighbor {address} activate" for address in addresses)}


def neighbors(addresses, as_number):
    return "\n".join(f" neighbor {address} remote-as {as_number}\n neighbor {address} timers connect 1" for address in addresses)


def node_frr(node, *peers):
    """FRR in the node's own namespace, started."""
    return Frr(node.kernel, NODE.format(as_number=AS_OF_NODES, router_id=f"10.255.0.{node.number}",
                                        **sessions(peers, AS_OF_ROUTER)), DAEMONS).start()


def router_frr(space, *peers):
    return Frr(space, ROUTER.format(as_number=AS_OF_ROUTER, **sessions(peers, AS_OF_NODES)), DAEMONS).start()


def announcing(configuration, addition=""):
    """The configuration with everything announced; `addition` is more of the YAML's top level."""
    return lambda node: configuration(node) + EVERYTHING + addition


class OneNode:
    """A router with a server behind it, one cloud gateway, two virtual machines; all routes to the node are learned."""

    def __init__(self, rig, addition="", **settings):
        self.rig = rig
        self.internet = Internet(rig)
        self.router = self.internet.router
        self.cloud = CloudSide(rig, self.internet, **settings)
        self.node = self.cloud.node
        self.hosts = self.cloud.hosts
        self.node.configure(announcing(gateways.cloud(**settings), addition))

    def start(self):
        self.node.start()
        self.frr = node_frr(self.node, "198.51.100.5")
        self.peer = router_frr(self.router, "198.51.100.6")
        wait_established((self.peer, "198.51.100.6"))
        for host in self.hosts:
            host.start_reverser()


class TwoNodes(OneNode):
    """The same service on two gateways; the router spreads flows over both, all replies take the second."""

    def __init__(self, rig, addition=""):
        super().__init__(rig, addition)
        second = gateways.cloud(uplink="198.51.100.10", router="198.51.100.9", vtep="10.20.0.3")
        self.second = Node(rig, "second", announcing(second, addition), [
            Port("internet", self.router, "second", ["198.51.100.9/30"]),
            Port("fabric", self.cloud.fabric.space, "second", master="br0")])

    def start(self):
        super().start()
        self.router.run("sysctl", "-qw", "net.ipv4.fib_multipath_hash_policy=1")  # by ports too
        self.second.start()
        self.second_frr = node_frr(self.second, "198.51.100.9")
        self.peer.configure(f"router bgp {AS_OF_ROUTER}", f"neighbor 198.51.100.10 remote-as {AS_OF_NODES}",
                            "neighbor 198.51.100.10 timers connect 1")
        wait_established((self.peer, "198.51.100.10"))
        wait_until("the second node answers", lambda: self.hosts[0].host.pings("10.20.0.3"))
        for host in self.hosts:
            host.answer_through("10.20.0.3")


class RouteWatch:
    """`ip monitor route` in a namespace with its time stamps: when a route appeared or vanished, by the kernel's word."""

    LINE = re.compile(r"^\[([\d:T.-]+)\]\s*(Deleted )?(?:local |unreachable )?(\S+)")

    def __init__(self, space):
        self.space = space
        self.process = space.start(f"routes-{space.name}", "stdbuf", "-oL", "ip", "-ts", "monitor", "route")
        self.mark()

    def mark(self):
        """What happened so far is forgotten; the time of the cause that follows."""
        time.sleep(0.05)
        self._read = len(self.process.output())
        self._stopwatch = Stopwatch(self.space.directory.name)
        self._cause = time.time()
        return self._cause

    def vanished(self, prefix, timeout=10):
        return self._after(prefix, True, timeout)

    def appeared(self, prefix, timeout=10):
        return self._after(prefix, False, timeout)

    def seen(self):
        """(time, whether it is a deletion, prefix) of all that happened since mark()."""
        return list(self._events())

    def _after(self, prefix, deleted, timeout):
        """From mark() to the last such event of the prefix."""
        bare = prefix.removesuffix("/32").removesuffix("/128")
        def find():
            times = [moment for moment, gone, what in self._events() if what == bare and gone == deleted]
            return times and times[-1]
        moment = wait_until(f"{prefix} {'goes' if deleted else 'comes'}", find, timeout, 0.02)
        return self._stopwatch.took(moment - self._cause)

    def _events(self):
        for line in self.process.output()[self._read:].splitlines():
            found = self.LINE.match(line)
            if found:
                yield datetime.fromisoformat(found[1]).timestamp(), bool(found[2]), found[3]


def observer(rig, node):
    """A namespace that reaches FRR beside the dataplane: its session outlives the dataplane."""
    space = rig.namespace("observer")
    connect(space, "beside", node.kernel, "beside")
    space.link("beside", ["192.0.2.129/30"])
    node.kernel.link("beside", ["192.0.2.130/30"])
    return space


def routes_of_ours(node):
    """The kernel's routes on sluice0, as (prefix, metric); None without the link."""
    if not node.kernel.succeeds("ip", "link", "show", "sluice0"):
        return None
    lines = node.kernel.ip("route show dev sluice0 proto 199") + node.kernel.ip("-6 route show dev sluice0 proto 199")
    return {(line.split()[0], int(re.search(r"metric (\d+)", line)[1])) for line in lines.splitlines()}
