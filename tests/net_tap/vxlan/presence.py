"""Two VPCs with one subnet, which also holds a peer's and the node's own address: the gateway's sockets reach each one's machine.

Everything that is asked answers by its name. Then: dataplane and control process die and come back, a machine floods the
gateway, networks go and come while the node runs, and nothing stays behind."""
import json
import signal
import socket
import time
from pathlib import Path

from lib.cloud import GATEWAY_MAC
from lib.namespace import Namespace, connect
from lib.node import Node, Port
from lib.shell import Failure, run, wait_until

NETWORKS = {"red": (6001, "10.20.0.11"), "blue": (6002, "10.20.0.12")}  # VNI, VTEP of the machine's host
SHARED = "10.20.0.3"  # the peer's on the underlay, and a machine's in each VPC
SHARED6 = "2001:db8:20::3"
NODE = "10.20.0.2"    # ours on the underlay
MAC = "52:54:00:00:20:03"
PORT = 8080
UDP_SEGMENT, SEGMENTS = 103, 60  # linux/udp.h: the kernel cuts one call's bytes into so many datagrams
BUDGET, BURST = 10_000, 1_000  # packets per second of the class `tenant`, dataplane/punt_budget.hpp


class Inside(Namespace):
    """The namespace of a VPC, which the control process made."""

    def __init__(self, node, network, directory):
        self.name = f"{node.name}@{network}"
        self.directory = directory

    def exists(self):
        return Path(f"/run/netns/{self.name}").exists()


def configuration(*networks, presence=True):
    def yaml(node):
        rows = "".join(f"""
  {name}:
    vni: {NETWORKS[name][0]}
    mtu: 1450
    presence: {str(presence).lower()}
    subnets:
      four: {{prefix: 10.20.0.0/24, gateway: 10.20.0.1}}
      six: {{prefix: "2001:db8:20::/64", gateway: "2001:db8:20::1"}}
    neighbors:
      - {{address: {SHARED}, mac: "{MAC}", vtep: {NETWORKS[name][1]}}}
      - {{address: "{SHARED6}", mac: "{MAC}", vtep: {NETWORKS[name][1]}}}""" for name in networks)
        return f"""\
version: 1
node: {{name: {node.name}, router-id: 10.255.0.1, netns: {node.kernel.name}}}
memory: {{hugepages: none, sessions: 64k, tunnels: 1k, routes: 4k}}
workers: {{cores: "1", main-core: 0, idle: sleep}}
ports:
  fabric: {{device: "{node.device('fabric')}", mtu: 1500, addresses: [{NODE}/24], terminates: [vxlan]}}
vxlan: {{vtep: {NODE}, port: 4789}}
networks:{rows if rows else " {}"}
"""
    return yaml


class World:
    def __init__(self, rig):
        self.fabric = rig.namespace("fabric")
        self.fabric.ip("link add br0 mtu 9000 type bridge forward_delay 0")
        self.fabric.ip("link set br0 up")
        self.peer = self._station(rig, "peer", f"{SHARED}/24")
        self.machines = {name: self._machine(rig, name) for name in NETWORKS}
        self.node = Node(rig, "gw", configuration(*NETWORKS), [Port("fabric", self.fabric, "gw", master="br0")])
        self.inside = {name: Inside(self.node, name, rig.directory) for name in NETWORKS}
        for name, space in [("peer", self.peer), *self.machines.items()]:
            space.start_peer(f"namer-{name}", "namer.py", name, PORT)

    def _station(self, rig, name, address):
        space = rig.namespace(name)
        connect(space, "fabric0", self.fabric, name, 9000)
        self.fabric.link(name, master="br0")
        space.link("fabric0", [address])
        return space

    def _machine(self, rig, name):
        """A host with the kernel's VXLAN device, and a machine whose address its neighbours on the underlay have too."""
        vni, vtep = NETWORKS[name]
        host = self._station(rig, f"{name}host", f"{vtep}/24")
        host.ip(f"link add vx0 type vxlan id {vni} local {vtep} dstport 4789 nolearning")
        host.ip("link add br0 type bridge forward_delay 0")
        host.link("br0")
        host.link("vx0", master="br0", mtu=1500)
        for mac, command in (("00:00:00:00:00:00", "append"), (GATEWAY_MAC, "replace")):
            run("bridge", "-n", host.name, "fdb", command, mac, "dev", "vx0", "dst", NODE, "self")
        machine = rig.namespace(f"{name}vm")
        connect(host, "vm0", machine, "eth0", 1450)
        host.link("vm0", master="br0")
        machine.ip(f"link set eth0 address {MAC}")
        machine.link("eth0", [f"{SHARED}/24", f"{SHARED6}/64"])
        return machine

    def present(self, *networks):
        """As the node itself says it, and as the system shows it."""
        said = {feed["name"]: feed for feed in self.node.ctl("feeds")["feeds"]}.get("presence", {"entries": 0, "error": ""})
        there = {path.name for path in Path("/run/netns").glob(f"{self.node.name}@*")}
        right = said["entries"] == len(networks) and not said["error"] and len(self.devices()) == 3 * len(networks)
        return right and there == {self.inside[name].name for name in networks}

    def devices(self):
        return {link["ifname"]: link["ifindex"] for link in json.loads(self.node.kernel.ip("-j link show group 199") or "[]") if link}

    def names(self):
        """Who answers at the shared address, asked from each side."""
        asked = {"peer": self.node.kernel, **self.inside}
        return {name: who_answers(space) for name, space in asked.items()}

    def all_right(self):
        return all(name == said for name, said in self.names().items())


def who_answers(space, address=SHARED, length=20, timeout=2.0):
    """One TCP check: the name of who answered, or what went wrong. The line comes back reversed."""
    line = bytes(ord("a") + i % 26 for i in range(length))
    try:
        with space.entered():
            check = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        with check:
            check.settimeout(timeout)
            check.connect((address, PORT))
            check.sendall(line + b"\n")
            said = b""
            while not said.endswith(b"\n"):
                piece = check.recv(65536)
                if not piece:
                    return "cut off"
                said += piece
    except (OSError, Failure) as error:
        return f"{type(error).__name__}: {error}"
    name, back = said.split()
    return name.decode() if back == line[::-1] else f"{name.decode()} with a wrong line"


def echoes(space):
    """Echo requests that a kernel has answered."""
    rows = [line.split() for line in space.run("cat", "/proc/net/snmp").splitlines() if line.startswith("Icmp:")]
    return int(dict(zip(*rows))["InEchos"])


def ask(rig, check):
    world = World(rig)
    world.node.start()
    wait_until("the gateway is present in both VPCs", lambda: world.present("red", "blue"))
    wait_until("each side reaches somebody", world.all_right)
    each_its_own(world, check)
    isolation(world, check)
    restarts(world, check)
    flood(world, check)
    live(world, check)


def each_its_own(world, check):
    answers = [world.names() for _ in range(50)]
    wrong = [said for said in answers if said != {"peer": "peer", "red": "red", "blue": "blue"}]
    check(f"150 TCP checks of {SHARED} from the node and both VPCs: each is answered by its own machine", not wrong, wrong[:3])
    for name, space in world.inside.items():
        check.equal(f"{name}: the same over IPv6", who_answers(space, SHARED6), name)
        check.equal(f"{name}: 100,000 bytes there and back", who_answers(space, length=100_000, timeout=10), name)
    spaces = {"peer": (world.node.kernel, world.peer), **{name: (world.inside[name], world.machines[name]) for name in NETWORKS}}
    for name, (space, _) in spaces.items():
        before = {other: echoes(target) for other, (_, target) in spaces.items()}
        pinged = space.pings(SHARED, "-c3", "-i0.1")
        heard = {other: echoes(target) - before[other] for other, (_, target) in spaces.items()}
        check(f"{name}: three pings arrive there and nowhere else", pinged and heard == {**dict.fromkeys(spaces, 0), name: 3}, (pinged, heard))
    for name, machine in world.machines.items():
        check(f"{name}: the machine's own ping is answered by the dataplane", machine.pings("10.20.0.1"))
    check.equal("nothing of all this was dropped as not for us", world.node.dropped().get("not_for_us", 0), 0)


def isolation(world, check):
    """The bridge stands in the node's own namespace; its kernel must not answer there for its other addresses."""
    with world.node.kernel.entered():
        own = socket.create_server((NODE, PORT))
    with own:
        for name, space in world.inside.items():
            check(f"{name}: our own underlay address is nobody inside the VPC", who_answers(space, NODE, timeout=1.5) not in ("peer", "red", "blue")
                  and not space.pings(NODE), who_answers(space, NODE, timeout=1.5))
        own.settimeout(0.1)
        try:
            own.accept()
            check("and no connection came out of a VPC into the node's own namespace", False)
        except TimeoutError:
            check("and no connection came out of a VPC into the node's own namespace", True)


def restarts(world, check):
    node = world.node
    devices = world.devices()
    spaces = {name: Path(f"/run/netns/{space.name}").stat().st_ino for name, space in world.inside.items()}
    node.kill_control()
    check("control process killed: what it made stays, and works", world.all_right(), world.names())
    node.start_control()
    wait_until("present again", lambda: world.present("red", "blue"))
    now = {name: Path(f"/run/netns/{space.name}").stat().st_ino for name, space in world.inside.items()}
    check("started again it takes over the same devices and namespaces", devices == world.devices() and spaces == now, (devices, world.devices(), spaces, now))
    check("and they work", world.all_right(), world.names())
    node.dataplane.stop(signal.SIGKILL)
    node.start_dataplane()
    started = time.monotonic()
    wait_until("checks work again after the dataplane's death", world.all_right, timeout=30)
    check(f"dataplane killed and started: each is reached again ({time.monotonic() - started:.1f} s after its ports were up)", devices == world.devices(), world.devices())


def flood(world, check):
    node, seconds = world.node, 2.0
    before, punted = node.dropped(), node.ctl("status")["dataplane"]["law"]["punted"]
    with world.machines["red"].entered():
        flooder = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    flooder.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, 64)
    sent, started, said = 0, time.monotonic(), []
    with flooder:
        while time.monotonic() < started + seconds:
            for _ in range(30):
                flooder.sendto(b"x" * 64 * SEGMENTS, ("10.20.0.1", 9))
                sent += SEGMENTS
            said.append(who_answers(node.kernel, timeout=5))
    took = time.monotonic() - started
    wait_until("the flood has passed", lambda: settled(node))
    refused = node.dropped().get("punt_refused", 0) - before.get("punt_refused", 0)
    punted = node.ctl("status")["dataplane"]["law"]["punted"] - punted
    check(f"a flood of {sent:,} packets to the gateway's address in {took:.1f} s: {punted:,} punted, {refused:,} refused; within the budget and counted",
          refused > 0 and punted <= (took + 1) * BUDGET + BURST + 100 * len(said), (sent, punted, refused))
    check(f"the peer on the underlay answered {len(said)} checks meanwhile", set(said) == {"peer"}, [one for one in said if one != "peer"][:3])
    check("and afterwards all is as before", world.all_right(), world.names())


def settled(node):
    law = node.ctl("status")["dataplane"]["law"]
    time.sleep(0.2)
    return node.ctl("status")["dataplane"]["law"]["received"] - law["received"] < 50


def live(world, check):
    node = world.node
    node.configure(configuration("red"))
    node.ctl("apply", node.file)
    wait_until("blue is gone", lambda: world.present("red"), timeout=5)
    check("a network that is removed live takes its namespace and devices along", {name[-4:] for name in world.devices()} == {"6001"}, world.devices())
    check.equal("the other stays as it was", (who_answers(world.inside["red"]), who_answers(node.kernel)), ("red", "peer"))
    node.configure(configuration("red", "blue", presence=False))
    node.ctl("apply", node.file)
    wait_until("nobody is present", world.present, timeout=5)
    before = node.dropped().get("not_for_us", 0)
    check("without `presence` no device and no namespace is left", not world.devices(), world.devices())
    with world.machines["red"].entered():
        knock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with knock:
        knock.sendto(b"x", ("10.20.0.1", 9))
    wait_until("a packet to the gateway is not for us again", lambda: node.dropped().get("not_for_us", 0) > before)
    node.configure(configuration("red", "blue"))
    started = time.monotonic()
    node.ctl("apply", node.file)
    wait_until("both are back", world.all_right, timeout=5, interval=0.01)
    check(f"and it comes back live, {1000 * (time.monotonic() - started):.0f} ms from `apply` to answered checks", world.present("red", "blue"))
