"""A network namespace: commands and processes inside it, addresses and links of it."""
import contextlib
import ctypes
import json
import os
import signal as signals
import subprocess
from pathlib import Path

from .shell import Failure, run, wait_until

PEERS = Path(__file__).resolve().parents[1] / "peers"
PYTHON = "/usr/bin/python3"  # Debian's, which has scapy, whatever stands first in the path

_libc = ctypes.CDLL(None, use_errno=True)


class Namespace:
    def __init__(self, name, directory, forwarding=False):
        self.name = name
        self.directory = directory
        run("ip", "netns", "add", name)
        on = int(forwarding)
        settings = [f"net.ipv4.ip_forward={on}", f"net.ipv6.conf.all.forwarding={on}"]
        # Replies may come back by another way than the reverse route; addresses must be usable at once.
        settings += [f"net.ipv4.conf.{which}.rp_filter=0" for which in ("all", "default")]
        settings += [f"net.ipv6.conf.{which}.accept_dad=0" for which in ("all", "default")]
        self.run("sysctl", "-qw", *settings)
        self.ip("link set lo up")

    def ip(self, words):
        return run("ip", "-n", self.name, *words.split())

    def run(self, *command, **options):
        return run("ip", "netns", "exec", self.name, *command, **options)

    def succeeds(self, *command):
        words = ["ip", "netns", "exec", self.name, *map(str, command)]
        return subprocess.run(words, capture_output=True, check=False).returncode == 0

    def pings(self, address, *options):
        return self.succeeds("ping", "-n", "-c1", "-W1", *options, address)

    def start(self, label, *command, own_mounts=True, pass_fds=()):
        """Starts a process that stays; its output goes to LABEL.log in the rig's folder. `ip netns exec` gives it mounts
        of its own; without, what it mounts stays when it ends. `pass_fds`: open descriptors that it inherits."""
        enter = ["ip", "netns", "exec", self.name] if own_mounts else ["nsenter", f"--net=/run/netns/{self.name}"]
        with open(self.directory / f"{label}.log", "ab") as log:
            words = [*enter, *map(str, command)]
            # A session of its own: a Ctrl-C on the terminal reaches only us, and we end the others in order.
            process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                                       pass_fds=pass_fds)
        return Process(label, process, self.directory / f"{label}.log")

    def peer(self, script, *words):
        """Runs one of the Python peers to its end and returns the JSON in its last line."""
        return json.loads(self.run(PYTHON, "-B", PEERS / script, *words).strip().splitlines()[-1])

    def start_peer(self, label, script, *words):
        """Starts one of the Python peers; it says when it is up."""
        process = self.start(label, PYTHON, "-B", PEERS / script, *words)
        wait_until(f"{label} is up", lambda: process.output().startswith(("ready", "started")))
        return process

    def link(self, name, addresses=(), mtu=None, master=None):
        """Brings a link of this namespace up."""
        if mtu is not None:
            self.ip(f"link set {name} mtu {mtu}")
        if master is not None:
            self.ip(f"link set {name} master {master}")
        self.ip(f"link set {name} up")
        for address in addresses:
            self.ip(f"addr add {address} dev {name}")

    @contextlib.contextmanager
    def entered(self):
        """Sockets opened inside the `with` belong to this namespace, and stay there."""
        with open("/proc/thread-self/ns/net", encoding="ascii") as home, open(f"/run/netns/{self.name}", encoding="ascii") as there:
            _enter(there.fileno())
            try:
                yield
            finally:
                _enter(home.fileno())


def connect(left, left_name, right, right_name, mtu=1500):
    """A veth pair between two namespaces; neither end is ever seen in the host's."""
    run("ip", "link", "add", left_name, "mtu", mtu, "netns", left.name,
        "type", "veth", "peer", "name", right_name, "mtu", mtu, "netns", right.name)


class Process:
    def __init__(self, label, process, log):
        self.label = label
        self.log = log
        self._process = process

    @property
    def pid(self):
        return self._process.pid

    def running(self):
        return self._process.poll() is None

    def output(self):
        return self.log.read_text(errors="replace")

    def signal(self, number):
        if self.running():
            os.killpg(self._process.pid, number)

    def stop(self, number=signals.SIGTERM, patience=10):
        """Asks, then kills. Returns the exit status; a negative one is the signal that ended it."""
        self.signal(number)
        try:
            return self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self.signal(signals.SIGKILL)
            return self._process.wait(patience)


def _enter(descriptor):
    if _libc.setns(descriptor, 0x40000000) != 0:  # CLONE_NEWNET
        raise Failure(f"setns: {os.strerror(ctypes.get_errno())}")
