"""A node between two memif links, and the frames of a profile in capture files."""
import functools

import frames
import profiles
from accounts import account
from generators import GENERATORS
from lib.node import Node

NODE_CORE, OTHER_CORE = 1, 0  # the worker's; the generator's, the control process's and the main threads'


class World:
    """A node that runs, with fresh tables. `rig`: of tests/net_tap/lib."""

    def __init__(self, rig, generator, name, sessions=524288):
        self.rig = rig
        self.kind = GENERATORS[generator]
        self.sockets = [str(rig.directory / f"{name}-{port}.sock") for port in profiles.PORTS]
        self.node = Node(rig, name, lambda node: profiles.configuration(
            node.name, node.kernel.name, list(map(profiles.memif, (0, 1), self.sockets)), sessions=sessions, core=NODE_CORE,
            main_core=OTHER_CORE), ports=[])
        # IPv6 of the kernel greets its links unasked; nothing may leave that no profile sent.
        self.node.kernel.run("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")
        self.node.start()

    def stop(self):
        self.node.stop()
        self.rig.nodes.remove(self.node)

    def generator(self, port, capture):
        captures = [None, None]
        captures[port] = capture
        return self.kind(self.node, self.sockets, captures, OTHER_CORE)

    def playing(self, profile, flows=None):
        """The generator of a profile; what it answers is established before."""
        flows = flows or profile.flows
        if profile.answers is None:
            return self.generator(profile.port, self.capture(profile.name, map(profile.make, range(flows))))
        self.establish(profiles.PROFILES[profile.answers], flows)
        answers = [profiles.answer_to(session) for session in self.sessions()]
        return self.generator(profile.port, self.capture(profile.name, answers))

    def establish(self, profile, flows):
        """Sends one frame of each flow, slowly, and returns the accounts of it."""
        with self.playing(profile, flows) as generator:
            return account(self.node, lambda: generator.count(20_000, flows))

    def sessions(self):
        return self.node.ctl("sessions", "--limit", "0")["sessions"]

    def session_count(self):
        return self.node.ctl("status")["dataplane"]["sessions"]

    def capture(self, name, of):
        path = self.rig.directory / f"{name}.pcap"
        frames.write_capture(path, of)
        return str(path)


@functools.cache
def processor():
    with open("/proc/cpuinfo", encoding="ascii") as file:
        for line in file:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return "unknown processor"
