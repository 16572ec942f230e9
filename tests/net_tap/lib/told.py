"""The journey as the world tells it: BGP between the nodes and the internet says where everything is, ZooKeeper names the
machines of the shop. No node has a static route or a list of backends.

  mobile AS 65010 ──BGP── internet AS 64512 ──BGP── cloud AS 65020 ──── ZooKeeper 10.99.0.1:2181, where the machines register
"""
from . import gateways
from .frr import Frr, wait_established
from .shell import wait_until
from .topology import CloudSide, Internet, Journey, MobileSide
from .zookeeper import ADDRESS, Zookeeper, folder, provider

INTERFACE = "com.shop.OrderGateway"
AS_OF_INTERNET, AS_OF_MOBILE, AS_OF_CLOUD = 64512, 65010, 65020
OF_MOBILE, OF_CLOUD = ("198.51.100.1", "198.51.100.2"), ("198.51.100.5", "198.51.100.6")  # (the internet's end, the node's)
SERVICE_ROUTE = f"{gateways.ORDER_VIP}/32"

INTERNET = f"""\
router bgp {AS_OF_INTERNET}
 bgp router-id 192.0.2.1
 no bgp ebgp-requires-policy
 neighbor {OF_MOBILE[1]} remote-as {AS_OF_MOBILE}
 neighbor {OF_MOBILE[1]} timers connect 1
 neighbor {OF_MOBILE[1]} bfd
 neighbor {OF_CLOUD[1]} remote-as {AS_OF_CLOUD}
 neighbor {OF_CLOUD[1]} timers connect 1
 neighbor {OF_CLOUD[1]} bfd
exit
"""


def bgp(number, router, announced):
    """The section of a node with one neighbour, who hears of one kind of address."""
    return (f"bgp:\n  mode: managed\n  as: {number}\n  neighbors:\n"
            f"    internet: {{address: {router}, as: {AS_OF_INTERNET}, bfd: {{}}}}\n"
            f"  announce:\n    {announced}: {{to: [internet]}}\n")


class ToldJourney(Journey):
    """`with_bgp` and `with_registry` False leave out what would tell."""

    def __init__(self, rig, mobile=None, cloud=None, with_bgp=True, with_registry=True):
        self.rig = rig
        self.with_bgp = with_bgp
        self.internet = Internet(rig)
        self.mobile = MobileSide(rig, self.internet, routing=bgp(AS_OF_MOBILE, OF_MOBILE[0], "nat-pools"), **(mobile or {}))
        self.cloud = CloudSide(rig, self.internet, routing=bgp(AS_OF_CLOUD, OF_CLOUD[0], "services"),
                               order_backends=f"{{registry: shop, service: {INTERFACE}}}", extra_services=registry(),
                               **(cloud or {}))
        self.with_registry = with_registry
        self.zookeeper = None
        self.phone = self.mobile.phone
        self.hosts = self.cloud.hosts
        self.frr = {}
        self.registered = {}  # machine → the process that holds its entry

    def start(self):
        if self.with_registry:
            self.start_registry()
        self.mobile.start()
        self.cloud.start()
        if self.with_bgp:
            self.start_bgp()

    def start_registry(self):
        self.zookeeper = Zookeeper(self.rig, self.cloud.node)
        self.zookeeper.start()
        for host in self.hosts:
            self.register(host)

    def start_bgp(self):
        self.frr["internet"] = Frr(self.internet.router, INTERNET).start()
        for side in (self.mobile, self.cloud):
            self.frr[side.node.name] = Frr(side.node.kernel, owns_settings=False).start()
        wait_established((self.frr["internet"], OF_MOBILE[1]), (self.frr["internet"], OF_CLOUD[1]), timeout=60)

    def wait_until_told(self):
        """The way to the service has come to the mobile node, and the way back to the cloud node."""
        wait_until("the mobile gateway has learned the way to the service", lambda: source_of(self.mobile.node, SERVICE_ROUTE), 30)
        wait_until("the cloud gateway has learned the way back", lambda: sources(self.cloud.node, "bgp"), 30)

    def register(self, host):
        path = f"{folder(INTERFACE)}/{provider(host.address, 8443, INTERFACE)}"
        self.registered[host.name] = self.zookeeper.space.start_peer(f"provider-{host.name}", "provider.py", ADDRESS, path)

    def kill_machine(self, host):
        """Its web server and its session with the registry end together."""
        host.nginx.stop()
        self.registered.pop(host.name).stop()


def registry():
    return f'registries:\n  shop: {{zookeeper: ["{ADDRESS}"]}}\n'


def routes(node):
    """Of the public network."""
    return [entry["route"] for entry in node.ctl("routes")["routes"] if entry["network"] == "public"]


def sources(node, source):
    """Prefixes that came from there."""
    return [route["prefix"] for route in routes(node) if route["source"] == source]


def source_of(node, prefix):
    return next((route["source"] for route in routes(node) if route["prefix"] == prefix), None)


__all__ = ["INTERFACE", "SERVICE_ROUTE", "ToldJourney", "routes", "source_of", "sources"]
