"""The node in its machine, and the peers around it on this side: a server behind a router, and a host with a virtual
machine behind the kernel's VXLAN device. All of them, but for the node, are net_tap's.

  server 192.0.2.9 ─ router 198.51.100.5 ═tap═ internet ┐ node in QEMU ┌ fabric ═tap═ bridge ─ host 10.20.0.11 ─ vm 10.1.0.31
"""
from lib.cloud import Fabric, Host
from lib.gateways import POOL
from lib.shell import wait_until
from lib.topology import Internet

from .configuration import MACHINE, configuration
from .image import write_image
from .machine import Machine
from .node import NAME, Node

PORTS = ("internet", "fabric")  # cards 0 and 1
SERVER = "192.0.2.9"
PLAIN, JUMBO = "/etc/plain.yaml", "/etc/jumbo.yaml"


def answers(space, address, tries=5):
    """An emulated machine on a busy one may take longer than a ping waits."""
    return any(space.pings(address) for _ in range(tries))


class World:
    def __init__(self, rig, nic):
        self.rig = rig
        self.nic = nic
        self.internet = Internet(rig)
        self.router, self.server = self.internet.router, self.internet.server
        self.fabric = Fabric(rig)
        self.host = Host(self.fabric, 1, MACHINE)
        self.vm = self.host.machine
        self.machine = Machine(rig, nic, [(self.router, "node"), (self.fabric.space, "node")])
        self.node = Node(self.machine)
        rig.nodes.append(self.machine)  # ended with the rig, whatever became of the node in it

    def start(self, kernel):
        devices = [self.machine.address(0), self.machine.address(1).removeprefix("0000:")]  # both ways to write it
        image = self.rig.directory / "initramfs"
        write_image(image, self.rig, kernel, {PLAIN: configuration(devices, 1500, NAME),
                                              JUMBO: configuration(devices, self.nic.jumbo_mtu or 1500, NAME)})
        self.machine.boot(kernel, image)
        self.router.link("node", ["198.51.100.5/30"])
        self.fabric.space.link("node", master="br0")
        self.internet.routes_to_cloud()
        self.router.ip(f"route add {POOL} via 198.51.100.6")
        self.router.ip("route add 10.20.0.0/24 via 198.51.100.6")
        self.host.host.ip("route add 192.0.2.0/24 via 10.20.0.2")
        self.server.start_peer("reverser", "reverser.py", 7)
        self.host.start_nginx()
        self.start_node(PLAIN)

    def start_node(self, configuration_file):
        self.node.start(configuration_file)
        wait_until("the node answers on both ports", self.reached, 30)

    def reached(self):
        return self.router.pings("198.51.100.6") and self.host.host.pings("10.20.0.2")

    def raise_mtu(self, mtu):
        """Of every link of this side between host and server."""
        for space, names in ((self.router, ("node", "server")), (self.server, ("eth0",)), (self.fabric.space, ("node",))):
            for name in names:
                space.ip(f"link set {name} mtu {mtu}")
