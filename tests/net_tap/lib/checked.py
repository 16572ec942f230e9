"""Services with health checks: backends on the node's own link, in the public network, where the node's kernel reaches
them by its TAP and the dataplane by the port. Every backend runs tcp_lines.py for two services: `order` is open when all
are down, `safe` is closed."""
import json

from . import gateways
from .namespace import connect
from .node import Node, Port
from .shell import wait_until
from .topology import Internet

INTERVAL, TIMEOUT, RISE, FALL = 0.5, 0.3, 2, 2
ORDER, SAFE = gateways.ORDER_VIP, gateways.ECHO_VIP
ORDER_PORT, SAFE_PORT = 7001, 7002
BACKENDS = {"one": "10.20.0.31", "two": "10.20.0.32"}


class Backend:
    def __init__(self, rig, name, fabric):
        self.name = name
        self.address = BACKENDS[name]
        self.space = rig.namespace(name)
        connect(self.space, "eth0", fabric, name)
        fabric.link(name, master="br0")
        self.space.link("eth0", [f"{self.address}/24"])
        self.space.ip("route add default via 10.20.0.2")
        self.process = None
        self.starts = 0

    def start(self):
        self.starts += 1
        self.process = self.space.start_peer(f"lines-{self.name}-{self.starts}", "tcp_lines.py", self.name, ORDER_PORT, SAFE_PORT)

    def kill(self):
        self.process.stop(9)


class CheckedSide:
    """A router with clients behind it, a node, and two backends."""

    def __init__(self, rig):
        self.rig = rig
        self.internet = Internet(rig)
        self.client = self.internet.server
        self.fabric = rig.namespace("fabric")
        self.fabric.ip("link add br0 type bridge forward_delay 0")
        self.fabric.ip("link set br0 up")
        self.backends = {name: Backend(rig, name, self.fabric) for name in BACKENDS}
        self.node = Node(rig, "checked", configuration, [
            Port("internet", self.internet.router, "cloud", ["198.51.100.5/30"]),
            Port("fabric", self.fabric, "checked", master="br0")])
        self.started = 0

    def start(self):
        for backend in self.backends.values():
            backend.start()
        self.node.start()
        self.internet.routes_to_cloud()
        wait_until("both backends are found to be up", lambda: self.states() == ["used", "used"])

    def service(self, name="order"):
        return self.node.ctl("services", name)["services"][0]

    def states(self, service="order"):
        return [backend["state"] for backend in self.service(service)["backends"]]

    def hold_flows(self, count, address=ORDER):
        self.started += 1
        return self.client.start_peer(f"held-{self.started}", "held_flows.py", address, 7000, count)

    def keep_ports(self, first, count, address=ORDER):
        self.started += 1
        return KeptPorts(self.client.start_peer(f"kept-{self.started}", "kept_ports.py", address, 7000, first, count))

    def open_flows(self, address=ORDER):
        self.started += 1
        return NewFlows(self.client.start_peer(f"new-{self.started}", "new_flows.py", address, 7000))


class KeptPorts:
    def __init__(self, process):
        self.process = process

    def answers(self):
        """When a port was first answered by a backend, in order: [{at, port, backend}]."""
        return [json.loads(line) for line in self.process.output().splitlines()[1:]]

    def backends(self):
        """Who has answered each port last."""
        return {answer["port"]: answer["backend"] for answer in self.answers()}


class NewFlows:
    def __init__(self, process):
        self.process = process

    def seen(self, since=0.0):
        lines = self.process.output().splitlines()[1:]
        return [flow for flow in map(json.loads, lines) if flow["at"] >= since]

    def after(self, moment, count):
        """`count` attempts that began after the moment."""
        return wait_until(f"{count} new connections", lambda: len(self.seen(moment)) >= count and self.seen(moment)[:count], timeout=30)


def held(process):
    """Ends the flows that were held and returns what became of each."""
    process.stop()
    return json.loads(process.output().strip().splitlines()[-1])


def configuration(node):
    rows = {port: "".join(f"      - {{address: {address}, port: {port}}}\n" for address in BACKENDS.values())
            for port in (ORDER_PORT, SAFE_PORT)}
    health = f"tcp: true, interval: {round(INTERVAL * 1000)}ms, timeout: {round(TIMEOUT * 1000)}ms, jitter: 50ms, rise: {RISE}, fall: {FALL}"
    return f"""\
version: 1
node: {{name: {node.name}, router-id: 10.255.0.{node.number}, netns: {node.kernel.name}}}
memory: {{hugepages: none, sessions: 64k, tunnels: 1k, routes: 4k}}
workers: {{cores: "1", main-core: 0, idle: sleep}}
ports:
  internet: {{device: "{node.device('internet')}", mtu: 1500, addresses: [198.51.100.6/30]}}
  fabric:   {{device: "{node.device('fabric')}", mtu: 1500, addresses: [10.20.0.2/24]}}
routes:
  - {{prefix: 0.0.0.0/0, via: 198.51.100.5}}
services:
  order:
    address: {ORDER}
    ports: [7000/tcp, 7000/udp]
    network: public
    health: {{{health}, all-down: fail-open}}
    backends:
{rows[ORDER_PORT]}  safe:
    address: {SAFE}
    ports: [7000/tcp]
    network: public
    health: {{{health}, all-down: fail-closed}}
    backends:
{rows[SAFE_PORT]}"""
