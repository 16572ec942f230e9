"""A node that learns many routes from BIRD over one link while a numbered stream crosses it over another.

  client ─ left ─ node ─ to-first ── first (FRR) ── server        the stream; its route stays
                    └─── to-second ─ second (BIRD)                 SLUICE_ROUTES IPv4 prefixes and a fifth as many of IPv6
"""
import collections
import json
import os
import time
from pathlib import Path

from . import gateways
from .bird import ManyPrefixes, ipv4_prefixes, ipv6_prefixes
from .frr import wait_established
from .routed import AS_OF_NODE, AS_OF_ROUTERS, OF_NODE, OF_ROUTER, SERVER, Routed
from .rig import processes_of
from .shell import run, wait_until

ROUTES = int(os.environ.get("SLUICE_ROUTES", "20000"))
RATE = int(os.environ.get("SLUICE_RATE", "2000" if ROUTES < 100_000 else "1000"))
PATIENCE = 60 + ROUTES // 4_000  # seconds, for anything that all routes take part in
FLOWS = 1_000
LOOK = 0.1 if ROUTES < 100_000 else 0.5  # seconds between two counts
NODE6, PEER6 = "2001:db8:5::2", "2001:db8:5::1"
OTHERS_CORE, WORKERS_CORE = 0, 1
SETS = ("even4", "odd4", "even6", "odd6")


class ManyRoutes:
    def __init__(self, rig):
        self.world = Routed(rig)
        self.world._configuration = self._configuration
        self.node = self.world.node
        self.node.configure(self._configuration)
        v4, v6 = ipv4_prefixes(ROUTES), ipv6_prefixes(ROUTES // 5)
        self.sets = {"even4": v4[::2], "odd4": v4[1::2], "even6": v6[::2], "odd6": v6[1::2]}
        self.announced = set()
        self.stream = None

    def _configuration(self, node):
        links = [("left", "10.1.0.1/24"), ("to-first", f"{OF_NODE['first']}/30"),
                 ("to-second", f'{OF_NODE["second"]}/30, "{NODE6}/64"')]
        text = gateways.plain(*links)(node).replace("routes: 4k", f"routes: {ROUTES * 3 // 2 + 1_000}")
        return text + self.world.bgp

    def start(self):
        self.world.start()
        second = self.world.routers["second"]
        second.ip(f"addr add {PEER6}/64 dev node")
        self.frr = self.world.start_node_frr(session=())
        self.frr.configure(f"router bgp {AS_OF_NODE}", "address-family ipv6 unicast", f"neighbor {OF_ROUTER['second']} activate")
        self.world.start_router("first", session=())
        self.bird = ManyPrefixes(second, self.sets, address=OF_ROUTER["second"], address6=PEER6, own_as=AS_OF_ROUTERS,
                                 peer=OF_NODE["second"], peer_as=AS_OF_NODE).start()
        self.wait_established()

    def give_worker_its_core(self):
        """As on a gateway: what routes, ours and the routing daemons, has one core, the worker the other. It shares it with
        the stream, whose packets would else wait behind the daemons in the kernel's queues."""
        os.sched_setaffinity(0, {OTHERS_CORE})  # with all that is started from here on
        for pid in processes_of(self.node.rig.prefix):
            for task in map(int, os.listdir(f"/proc/{pid}/task")):
                if pid != self.world.reverser.pid and os.sched_getaffinity(task) != {WORKERS_CORE}:
                    os.sched_setaffinity(task, {OTHERS_CORE})
        os.sched_setaffinity(self.world.reverser.pid, {WORKERS_CORE})

    def wait_established(self):
        wait_established((self.frr, OF_ROUTER["first"]), (self.frr, OF_ROUTER["second"]), timeout=90)
        wait_until("the server answers", lambda: self.world.client.pings(SERVER), timeout=60)

    def announce(self, *names):
        self.bird.announce(*names)
        self.announced.update(names)

    def withdraw(self, *names):
        self.bird.withdraw(*names)
        self.announced.difference_update(names)

    # ---- What is there.
    def wanted(self):
        """The peers' set: prefixes of BIRD's announced sets, and the way to the server."""
        return {prefix for name in self.announced for prefix in self.sets[name]} | {"10.50.0.0/24"}

    def expected(self):
        return sum(len(self.sets[name]) for name in self.announced)

    def in_kernel(self):
        """How many routes the node's kernel has, by its own count: IPv4's prefixes, IPv6's entries."""
        trie = self.node.kernel.run("cat", "/proc/net/fib_triestat")
        main = trie.split("Main:")[1]
        v4 = int(main.split("Prefixes:")[1].split()[0])
        v6 = int(self.node.kernel.run("cat", "/proc/net/rt6_stats").split()[3], 16)
        return v4 + v6

    def in_dataplane(self):
        tables = self.node.ctl("status")["dataplane"]["tables"]
        return next(int(row["used"]) for row in tables if row["table"] == "routes")

    def learned(self):
        """Every learned route of the dataplane, prefix → its gateways."""
        routes = {}
        text = run(self.node.rig.program("sluicectl"), "--node", self.node.name, "routes", "--json", timeout=300)
        for line in text.splitlines()[1:-1]:
            route = json.loads(line.rstrip(","))["route"]
            if route["source"] == "bgp":
                routes[route["prefix"]] = [hop["gateway"] for hop in route["hops"]]
        return routes

    def compare(self, check, when):
        """Entry by entry."""
        learned, wanted = self.learned(), self.wanted()
        missing, extra = wanted - learned.keys(), learned.keys() - wanted
        ways = {"10.50.0.0/24": [OF_ROUTER["first"]]}
        via6 = link_local(self.world.routers["second"], "node")  # which FRR prefers to the global one beside it
        wrong = [(prefix, hops) for prefix, hops in learned.items()
                 if prefix in wanted and hops != ways.get(prefix, [via6 if ":" in prefix else OF_ROUTER["second"]])]
        check(f"{when}: the dataplane holds the peers' {len(wanted):,} routes and no others, each with its next hop",
              not missing and not extra and not wrong,
              f"{len(missing)} missing {sorted(missing)[:3]}, {len(extra)} extra {sorted(extra)[:3]}, {len(wrong)} wrong {wrong[:3]}")

    # ---- Waiting and measuring.
    def baseline(self):
        """Counts while BIRD announces nothing."""
        self.base = {"kernel": self.in_kernel(), "dataplane": self.in_dataplane()}

    def wait_kernel(self):
        return self._wait("the kernel has", self.in_kernel, "kernel")

    def wait_dataplane(self):
        return self._wait("the dataplane has", self.in_dataplane, "dataplane")

    def _wait(self, what, count, which):
        begun = time.monotonic()
        wanted = self.base[which] + self.expected()
        wait_until(f"{what} {wanted} routes", lambda: count() == wanted, timeout=PATIENCE, interval=LOOK)
        return time.monotonic() - begun

    def start_stream(self, seconds):
        self.stream = self.world.client.start_peer("stream", "numbered_stream.py", SERVER, 7, RATE, seconds, FLOWS)
        os.sched_setaffinity(self.stream.pid, {WORKERS_CORE})

    def end_stream(self):
        """Ends it and returns its report."""
        os.sched_setaffinity(0, range(os.cpu_count()))
        self.stream.signal(15)
        wait_until("the stream has ended", lambda: not self.stream.running(), timeout=20)
        return json.loads(self.stream.output().strip().splitlines()[-1])

    def processor_seconds(self):
        """What each thread of our part has had of the processor so far: those of the control process, and the dataplane's
        thread of tables."""
        seconds = collections.Counter()
        for which in ("control", "dataplane"):
            for task in Path(f"/proc/{self.pid(which)}/task").iterdir():
                name = (task / "comm").read_text().strip()
                if which == "control" or name == "tables":
                    seconds[name] += ticks(task / "stat") / os.sysconf("SC_CLK_TCK")
        return seconds

    def processor_use(self, seconds):
        """The share of a processor that each thread of our part uses as things are."""
        before = self.processor_seconds()
        time.sleep(seconds)
        return {name: used / seconds for name, used in (self.processor_seconds() - before).items()}

    def memory(self):
        """Resident megabytes now and at most, by process."""
        pids = {"sluice-dataplane": self.pid("dataplane"), "sluice-control": self.pid("control"),
                "zebra": self.frr.pid("zebra"), "bgpd": self.frr.pid("bgpd")}
        return {name: (kilobytes(pid, "VmRSS") // 1024, kilobytes(pid, "VmHWM") // 1024) for name, pid in pids.items()}

    def pid(self, which):
        """Of the program itself, whatever started it."""
        process = {"control": self.node.control, "dataplane": self.node.dataplane}[which]
        return process.pid


def link_local(space, link):
    return space.ip(f"-6 -o addr show dev {link} scope link").split()[3].split("/")[0]


def ticks(path):
    with open(path, encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def kilobytes(pid, name):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(name + ":"))
