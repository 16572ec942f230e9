"""FRR in a namespace, the node's own or a peer's, with a path space (`-N`) of that namespace's name.

A peer gets its configuration from the test. A node in managed mode gets one from the control process, and only `-N NAME`
daemons without configuration are started here, as systemd would."""
import contextlib
import json
import os
import shutil
import signal
from pathlib import Path

from .shell import run, wait_until

BINARIES = Path("/usr/lib/frr")
DAEMONS = ("zebra", "staticd", "bfdd", "bgpd")  # in the order of their start: the others need zebra
SETTINGS, RUN = Path("/etc/frr"), Path("/run/frr")


class Frr:
    def __init__(self, space, configuration="", daemons=DAEMONS, owns_settings=True):
        """`configuration` in FRR's own language; owns_settings=False leaves /etc/frr/NAME to the control process."""
        self.space = space
        self.name = space.name
        self.daemons = daemons
        self.settings, self.run_directory = SETTINGS / self.name, RUN / self.name
        if owns_settings:
            self.settings.mkdir(mode=0o750, exist_ok=True)
            (self.settings / "frr.conf").write_text(configuration)
            (self.settings / "vtysh.conf").write_text("service integrated-vtysh-config\n")
            for path in (self.settings, *self.settings.iterdir()):
                shutil.chown(path, "frr", "frr")
                path.chmod(0o750 if path.is_dir() else 0o640)

    def start(self):
        self.run_directory.mkdir(mode=0o755, exist_ok=True)
        shutil.chown(self.run_directory, "frr", "frr")
        for daemon in self.daemons:
            self.start_daemon(daemon)
        if (self.settings / "frr.conf").exists():
            self.vtysh_boot()
        return self

    def start_daemon(self, daemon):
        options = ["-s", "90000000"] if daemon == "zebra" else []  # room for netlink bursts
        log = self.space.directory / f"{self.name}-{daemon}.log"
        log.touch()
        shutil.chown(log, "frr", "frr")
        self.space.run(BINARIES / daemon, "-d", "-N", self.name, "-A", "127.0.0.1", "--log", f"file:{log}", *options)
        wait_until(f"{self.name}: {daemon} listens", lambda: (self.run_directory / f"{daemon}.vty").exists())

    def vtysh_boot(self):
        """What frrinit does after a start: gives the daemons the integrated configuration."""
        self.space.run("vtysh", "-N", self.name, "-b", timeout=30)

    def configure(self, *lines):
        words = [word for line in ("configure terminal", *lines) for word in ("-c", line)]
        return self.space.run("vtysh", "-N", self.name, *words)

    def show(self, command):
        """A `show … json` command, read; {} while the daemon does not answer."""
        text = run("ip", "netns", "exec", self.space.name, "vtysh", "-N", self.name, "-c", command, check=False)
        with contextlib.suppress(json.JSONDecodeError):
            return json.loads(text)
        return {}

    def text(self, command):
        return self.space.run("vtysh", "-N", self.name, "-c", command, check=False)

    def established(self, peer):
        return self.show(f"show bgp neighbors {peer} json").get(peer, {}).get("bgpState") == "Established"

    def bfd_up(self, peer):
        return any(row.get("peer") == peer and row.get("status") == "up" for row in self.show("show bfd peers json") or [])

    def prefixes(self, family="ipv4"):
        """The table of BGP: prefix → its paths."""
        return self.show(f"show bgp {family} unicast json").get("routes", {})

    def pid(self, daemon):
        return int((self.run_directory / f"{daemon}.pid").read_text())

    def running(self, daemon):
        with contextlib.suppress(OSError, ValueError):
            os.kill(self.pid(daemon), 0)
            return True
        return False

    def signal(self, number, daemons=None):
        for daemon in daemons or reversed(self.daemons):
            with contextlib.suppress(OSError, ValueError):
                os.kill(self.pid(daemon), number)

    def kill(self, daemons=None):
        self.signal(signal.SIGKILL, daemons)

    def stop(self):
        self.signal(signal.SIGTERM)
        wait_until(f"{self.name}: FRR has ended", lambda: not any(map(self.running, self.daemons)))


def wait_established(*pairs, timeout=30):
    """pairs of (Frr, peer's address)."""
    for frr, peer in pairs:
        wait_until(f"{frr.name}: session with {peer}", lambda frr=frr, peer=peer: frr.established(peer), timeout)


__all__ = ["DAEMONS", "Frr", "wait_established"]
