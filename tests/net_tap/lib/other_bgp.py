"""BIRD and GoBGP in a namespace: routing daemons beside FRR, for nodes and for their peers."""
import contextlib
import json

from .shell import run, wait_until


class Bird:
    """BIRD 2 with a configuration in its own language."""

    def __init__(self, space, configuration):
        self.space = space
        self.folder = space.directory / f"bird-{space.name}"
        self.folder.mkdir()
        (self.folder / "bird.conf").write_text(configuration)
        self.pid_file = self.folder / "bird.pid"
        self.control = self.folder / "bird.ctl"
        self.starts = 0

    def start(self):
        self.control.unlink(missing_ok=True)
        self.starts += 1
        self.process = self.space.start(f"bird-{self.space.name}-{self.starts}", "bird", "-f", "-c", self.folder / "bird.conf",
                                        "-s", self.control, "-P", self.pid_file)
        wait_until("BIRD listens", self.control.exists)
        return self

    def ask(self, command):
        return run("birdc", "-s", self.control, command, check=False)

    def established(self, protocol):
        return "Established" in self.ask(f"show protocols {protocol}")

    def kill(self):
        self.process.stop(9)


class GoBgp:
    """gobgpd with one neighbour; it announces what it is told and installs nothing."""

    def __init__(self, space, as_number, router_id, neighbor, neighbor_as):
        self.space = space
        self.folder = space.directory / f"gobgp-{space.name}"
        self.folder.mkdir()
        self.socket = self.folder / "api"
        (self.folder / "gobgpd.json").write_text(json.dumps({
            "global": {"config": {"as": as_number, "router-id": router_id}},
            "neighbors": [{"config": {"neighbor-address": neighbor, "peer-as": neighbor_as},
                           "timers": {"config": {"connect-retry": 1}}}]}))

    def start(self):
        self.process = self.space.start(f"gobgpd-{self.space.name}", "gobgpd", "-f", self.folder / "gobgpd.json", "-t", "json",
                                        f"--api-hosts=unix://{self.socket}", "--pprof-disable")
        wait_until("GoBGP listens", self.socket.exists)
        return self

    def ask(self, *words):
        return run("gobgp", "--target", f"unix://{self.socket}", *words, check=False)

    def announce(self, prefix, next_hop):
        self.ask("global", "rib", "add", prefix, "nexthop", next_hop)

    def withdraw(self, prefix):
        self.ask("global", "rib", "del", prefix)

    def prefixes(self):
        """All that it knows, its own routes too."""
        with contextlib.suppress(json.JSONDecodeError):
            return set(json.loads(self.ask("global", "rib", "-j") or "{}"))
        return set()
