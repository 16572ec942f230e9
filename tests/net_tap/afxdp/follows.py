"""Steering follows the tables: 50 ms after a service's commit its packets go the new way; a killed dataplane leaves a clean NIC."""
import datetime
import re
import signal
import socket
import struct
import threading
import time

from lib import gateways
from lib.shared import ECHO, KERNEL, ORDER, SharedNic
from lib.shell import wait_until
from lib.topology import https
from lib.waits import Stopwatch

CHANGES = 5      # of each kind
LONGEST = 0.05   # seconds
EVERY = 0.001    # a packet to the service
SO_TIMESTAMPNS = 35


def ask(rig, check):
    world = SharedNic(rig)
    world.start()
    up = world.session()
    follow(rig, check, world)
    killed(rig, check, world, up)
    world.stop_bgp()


def follow(rig, check, world):
    added, removed = [], []

    def timed(wait_for, services):
        stopwatch = Stopwatch(rig.prefix)
        return stopwatch.took(wait_for(lambda: world.apply(services)) / 1000)

    # The router must go on sending to us while nobody announces the address.
    world.internet.router.ip(f"route add {gateways.ECHO_VIP}/32 via {KERNEL} metric 4000")
    with Probes(world) as probes:
        for _ in range(CHANGES):
            removed.append(timed(probes.first_passed, ORDER))
            added.append(timed(probes.last_passed, ORDER + ECHO))
    for what, waits in (("removed: its first packet is the kernel's", removed), ("added: its last packet is the kernel's", added)):
        check(f"a service {what} {', '.join(f'{wait * 1000:.1f}' for wait in waits)} ms after the commit",
              all(wait.within(LONGEST) for wait in waits), [(wait, wait.waited) for wait in waits])
    check("and the service that came back answers", world.reverses(world.internet.server, gateways.ECHO_VIP, timeout=3))


class Probes:
    """Sends to the service all the time, and sees what of it the program passes on: a packet socket on the kernel's NIC does
    not see what went to the gateway."""

    def __init__(self, world):
        self.world = world
        self.passed = []  # times of arrival, UNIX seconds, by the kernel
        self.stopping = threading.Event()

    def __enter__(self):
        with self.world.internet.server.entered():
            self.sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with self.world.node.kernel.entered():
            self.watcher = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
        self.watcher.bind(("eth2", 0x0800))
        self.watcher.settimeout(0.1)
        self.watcher.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.threads = [threading.Thread(target=work) for work in (self._send, self._watch)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join()
        self.sender.close()
        self.watcher.close()

    def _send(self):
        while not self.stopping.wait(EVERY):
            self.sender.sendto(b"probe", (gateways.ECHO_VIP, 7))

    def _watch(self):
        service = socket.inet_aton(gateways.ECHO_VIP)
        while not self.stopping.is_set():
            try:
                frame, extra, _, source = self.watcher.recvmsg(128, 128)
            except TimeoutError:
                continue
            if source[2] == socket.PACKET_OUTGOING or frame[30:34] != service:
                continue
            seconds, nanoseconds = struct.unpack("qq", extra[0][2][:16])
            self.passed.append(seconds + nanoseconds / 1e9)

    def first_passed(self, change):
        """Milliseconds from the commit to the first packet that the kernel got."""
        wait_until("nothing passes", lambda: not self.passed or time.time() - self.passed[-1] > 0.3)
        self.passed.clear()
        change()
        wait_until("something passes", lambda: self.passed, interval=0.005)
        return 1000 * (self.passed[0] - self._committed())

    def last_passed(self, change):
        change()
        committed = self._committed()
        wait_until("nothing passes any more", lambda: time.time() - max(self.passed[-1], committed) > 0.3)
        return 1000 * (self.passed[-1] - committed)

    def _committed(self):
        """When the dataplane took the last transaction, by its log (milliseconds, cut)."""
        stamp = re.findall(r"^(\S+) .*event=committed", self.world.node.dataplane.output(), re.MULTILINE)[-1]
        return datetime.datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()


def killed(rig, check, world, up):
    node = world.node
    node.dataplane.stop(signal.SIGKILL)
    link = wait_until("the kernel takes the program off", lambda: clean(world) and node.kernel.ip("-d link show dev eth2"), timeout=5)
    check("SIGKILL: no program, no membership is left on the NIC", "allmulti 0" in link and "promiscuity 0" in link, link)
    check("the kernel answers, and its BGP session has not noticed", world.internet.server.pings(KERNEL) and world.session() == up, world.session())
    node.start_dataplane()
    wait_until("started again it serves as before", lambda: "vm1" in https(world.internet.server, rig.directory, "/purchaseOrder", timeout=1), timeout=20)
    check("started again it serves as before", not clean(world) and world.session() == up)


def clean(world):
    return "xdp" not in world.node.kernel.ip("-d link show dev eth2")
