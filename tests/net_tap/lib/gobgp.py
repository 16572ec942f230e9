"""GoBGP in a namespace: a peer that announces what it is told."""
import contextlib
import json

from .shell import run, wait_until


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
