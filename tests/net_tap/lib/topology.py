"""The worlds the questions are asked in, made of the parts: the mobile half, the cloud half, and the whole journey."""
import json

from . import gateways
from .cloud import Fabric, Host
from .node import Node, Port
from .radio import PHONE, Radio
from .namespace import connect
from .shell import run, wait_until


class Internet:
    """A plain Linux router between the nodes, with a server behind it."""

    def __init__(self, rig):
        self.router = rig.namespace("internet", forwarding=True)
        self.server = rig.namespace("server")
        connect(self.server, "eth0", self.router, "server")
        self.router.link("server", ["192.0.2.1/24", "2001:db8:5::1/64"])
        self.server.link("eth0", ["192.0.2.9/24", "2001:db8:5::9/64"])
        self.server.ip("route add default via 192.0.2.1")
        self.server.ip("-6 route add default via 2001:db8:5::1")

    def routes_to_mobile(self):
        # All public addresses but the services' belong to the carrier, so that any pool finds its way back.
        self.router.ip("route add 203.0.113.0/24 via 198.51.100.2")

    def routes_to_cloud(self, node="198.51.100.6"):
        for vip in (gateways.ORDER_VIP, gateways.ECHO_VIP):
            self.router.ip(f"route replace {vip}/32 via {node}")


class MobileSide:
    """Phone, radio and node 1 in front of an internet."""

    def __init__(self, rig, internet, uplink_teid=gateways.TEID, downlink_teid=gateways.PEER_TEID, **settings):
        self.internet = internet
        self.told = "routing" in settings  # the routes of the internet are BGP's affair
        self.radio = Radio(rig, uplink_teid=uplink_teid, downlink_teid=downlink_teid)
        self.phone = self.radio.phone
        self.node = Node(rig, "mobile", gateways.mobile(**settings), [
            Port("n3", self.radio.radio, "n3", ["10.30.0.9/24"]),
            Port("internet", internet.router, "mobile", ["198.51.100.1/30"])])

    def start(self):
        self.node.start()
        if not self.told:
            self.internet.routes_to_mobile()
        self.radio.start()
        # The first packet to a new neighbour is held, not lost, but only the node's kernel can ask for it.
        wait_until("the mobile gateway answers on n3", lambda: self.radio.radio.pings("10.30.0.1"))


class CloudSide:
    """Node 2, the fabric and two hosts with a virtual machine each."""

    def __init__(self, rig, internet, vm_mtu=1450, host_vni=None, **settings):
        self.internet = internet
        self.told = "routing" in settings
        self.fabric = Fabric(rig)
        self.hosts = [Host(self.fabric, number, address, vni=host_vni or gateways.VNI, mtu=vm_mtu)
                      for number, address in enumerate(gateways.BACKENDS, 1)]
        self.node = Node(rig, "cloud", gateways.cloud(mtu=vm_mtu, **settings), [
            Port("internet", internet.router, "cloud", ["198.51.100.5/30"]),
            Port("fabric", self.fabric.space, "cloud", master="br0")])

    def start(self):
        self.node.start()
        if not self.told:
            self.internet.routes_to_cloud()
        for host in self.hosts:
            host.start_nginx()
        wait_until("the cloud gateway answers on the fabric", lambda: self.hosts[0].host.pings("10.20.0.2"))


class Journey:
    """Everything: phone → radio → mobile gateway → internet → cloud gateway → fabric → host → virtual machine."""

    def __init__(self, rig, mobile=None, cloud=None):
        self.rig = rig
        self.internet = Internet(rig)
        self.mobile = MobileSide(rig, self.internet, **(mobile or {}))
        self.cloud = CloudSide(rig, self.internet, **(cloud or {}))
        self.phone = self.mobile.phone
        self.hosts = self.cloud.hosts

    def start(self):
        self.mobile.start()
        self.cloud.start()

    def order(self, number, timeout=10):
        """Posts one order from the phone: (answer or None, the phone's TCP port)."""
        text = https(self.phone, self.rig.directory, "/purchaseOrder", "-X", "POST", "-H", f"X-Order-Number: {number}",
                     "--data", json.dumps({"item": "coffee", "order": number}), "-w", "\\n%{local_port}", timeout=timeout)
        *body, port = text.strip().split("\n") if text.strip() else ["0"]
        return (json.loads("".join(body)) if body else None), int(port)


def https(space, directory, path, *options, timeout=10, address=gateways.ORDER_VIP):
    """curl from a namespace to the service by name, with the rig's CA and no other; prints what it got, "" on failure."""
    host = f"[{address}]" if ":" in address else address
    return run("ip", "netns", "exec", space.name, "curl", "--silent", "--max-time", timeout,
               "--cacert", directory / "ca.pem", "--resolve", f"order.example:443:{host}", *options,
               f"https://order.example{path}", check=False, timeout=timeout + 10)


__all__ = ["CloudSide", "Internet", "Journey", "MobileSide", "PHONE", "https"]
