"""A Sluice node: both processes, with net_tap ports whose kernel ends stand in the peers' namespaces.

The dataplane starts in a namespace of its own, because a net_tap device appears where its process runs; once the ports
are started their kernel ends are moved. `NAME` (node.netns) is the namespace of the exception TAPs, `NAME-dp` the other."""
import collections
import json
import signal
import subprocess
from dataclasses import dataclass, field

from .namespace import Namespace, connect
from .shell import Failure, run, wait_until


@dataclass
class Port:
    """One port of a node and how the peer's end of it is set up."""
    name: str                      # in the node's configuration
    peer: Namespace
    peer_name: str                 # the link's name in the peer's namespace
    addresses: list = field(default_factory=list)
    mtu: int = 1500
    master: str = None             # a bridge of the peer
    driver: str = "tap"            # net_tap; "packet": net_af_packet on a veth, which takes frames without a system call for each

    def is_veth(self):
        return self.driver == "packet"


class Node:
    def __init__(self, rig, name, configuration, ports, at_home=False):
        """`configuration` is called with this node and returns the YAML: it needs our name and our devices. `at_home`: the
        processes start in the node's own namespace, where a NIC stays with the kernel."""
        self.rig = rig
        self.name = f"{rig.prefix}-{name}"
        self.ports = ports
        self.number = len(rig.nodes) + 1
        self.kernel = rig.namespace(name)
        self.home = self.kernel if at_home else rig.namespace(f"{name}-dp")
        self.file = rig.directory / f"{name}.yaml"
        self.configure(configuration)
        self.programs = {"dataplane": "sluice-dataplane", "control": "sluice-control"}
        self.dataplane = None
        self.control = None
        rig.nodes.append(self)

    def configure(self, configuration):
        self.file.write_text(configuration(self))

    def device(self, port_name):
        index = [port.name for port in self.ports].index(port_name)
        if self.ports[index].is_veth():
            return f"net_af_packet{index},iface={port_name},blocksz=65536,framesz=2048,framecnt=8192"
        return f"net_tap{index},iface={port_name},mac={self.mac(port_name)}"

    def mac(self, port_name):
        index = [port.name for port in self.ports].index(port_name)
        return f"02:51:00:00:{self.number:02x}:{index:02x}"

    def start(self):
        self.start_dataplane()
        self.start_control()

    def start_dataplane(self):
        for port in filter(Port.is_veth, self.ports):
            self._make_veth(port)
        self.dataplane = self._start("dataplane")
        wait_until(f"{self.name}: the dataplane's ports and socket", self._dataplane_ready, timeout=30)
        for port in self.ports:
            if not port.is_veth():
                self._hand_over(port)

    def start_control(self):
        self.control = self._start("control")
        wait_until(f"{self.name}: the control process has programmed the dataplane", self._programmed, timeout=30)

    def kill_control(self):
        self.control.stop(signal.SIGKILL)

    def stop(self):
        """In the order of an orderly shutdown; returns the exit statuses of (control, dataplane)."""
        statuses = [process.stop() for process in (self.control, self.dataplane) if process is not None]
        self.control = self.dataplane = None
        return statuses

    def running(self):
        return all(process is not None and process.running() for process in (self.dataplane, self.control))

    def ctl(self, *words, check=True):
        """sluicectl with --json, read."""
        text = self.ctl_text(*words, "--json", check=check)
        return json.loads(text) if text.strip() else {}

    def ctl_text(self, *words, check=True):
        return run(self.rig.program("sluicectl"), "--node", self.name, *words, check=check)

    def balanced(self):
        """The counter law as the node itself judges it: (holds, what it printed)."""
        command = [self.rig.program("sluicectl"), "--node", self.name, "drops", "--check"]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        return result.returncode == 0, (result.stdout + result.stderr).strip()

    def dropped(self):
        """Drops by reason, zeros left out."""
        drops = collections.Counter()
        for row in self.ctl("drops")["drops"]:
            drops[row["name"]] += row["packets"]  # some stages share a name
        return dict(+drops)

    def _start(self, which):
        label = f"{self.name.removeprefix(self.rig.prefix + '-')}-{which}"
        return self.home.start(label, self.rig.program(self.programs[which]), "--config", self.file, own_mounts=which != "control")

    def _dataplane_ready(self):
        self._must_run(self.dataplane)
        links = {link["ifname"]: link for link in json.loads(self.home.ip("-j link show"))}
        started = all("UP" in links.get(port.name, {}).get("flags", []) for port in self.ports)
        return started and self._answers()

    def _answers(self):
        try:
            return self.ctl("status")
        except (Failure, json.JSONDecodeError):
            return None

    def _programmed(self):
        self._must_run(self.control)
        status = self._answers() or {}
        return self.is_programmed(status)

    @staticmethod
    def is_programmed(status):
        control = status.get("control", {})
        return bool(control.get("dataplane_connected")) and int(control.get("generation", 0)) > 0

    def _must_run(self, process):
        if not process.running():
            raise Failure(f"{process.label} ended: {process.output()[-3000:]}")

    def _make_veth(self, port):
        connect(self.home, port.name, port.peer, port.peer_name, port.mtu)
        self.home.ip(f"link set {port.name} address {self.mac(port.name)}")
        self.home.link(port.name)
        port.peer.link(port.peer_name, port.addresses, port.mtu, port.master)

    def _hand_over(self, port):
        """Moves a port's kernel end into the peer's namespace under a MAC of its own (the driver gave it the port's)."""
        self.home.ip(f"link set {port.name} netns {port.peer.name} name {port.peer_name}")
        index = self.ports.index(port)
        port.peer.ip(f"link set {port.peer_name} address 02:52:00:00:{self.number:02x}:{index:02x}")
        port.peer.link(port.peer_name, port.addresses, port.mtu, port.master)
