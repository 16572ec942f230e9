"""The control process stopped for 10 s during a flap, its socket overrun, the dataplane killed: each ends in exactly the peers' set."""
import signal
import time

from lib.many_routes import SETS, ManyRoutes
from lib.routed import OF_ROUTER

STOPPED = 10  # seconds
OVERRUN = 200_000  # changes; 100,000 fit into the socket's buffer


def ask(rig, check):
    world = ManyRoutes(rig)
    world.start()
    world.baseline()
    world.announce(*SETS)
    world.wait_dataplane()
    stopped_during_a_flap(world, check)
    overrun(world, check)
    restarted_dataplane(world, check)


def stopped_during_a_flap(world, check):
    world.node.control.signal(signal.SIGSTOP)
    begun = time.monotonic()
    world.withdraw(*SETS)
    world.wait_kernel()
    world.announce("even4", "odd6")
    world.wait_kernel()
    time.sleep(max(begun + STOPPED - time.monotonic(), 0))
    world.node.control.signal(signal.SIGCONT)
    world.wait_dataplane()
    world.compare(check, f"the control process was stopped for {STOPPED} s during a flap")


def overrun(world, check):
    """More changes than its socket holds, of routes that are gone again when it wakes up; and others that stay."""
    world.node.control.signal(signal.SIGSTOP)
    rounds = OVERRUN // 20_000
    lines = []
    for _ in range(rounds):
        for word in ("add", "del"):
            lines += [f"route {word} 30.{i >> 8}.{i & 255}.0/24 via {OF_ROUTER['first']}" for i in range(10_000)]
    batch = world.node.rig.directory / "overrun"
    batch.write_text("\n".join(lines) + "\n", encoding="ascii")
    world.node.kernel.run("ip", "-batch", batch, timeout=300)
    world.withdraw("even4")
    world.announce("odd4", "even6")
    world.wait_kernel()
    world.node.control.signal(signal.SIGCONT)
    world.wait_dataplane()
    check("the socket was overrun", "event=netlink_overflow" in world.node.control.output())
    world.compare(check, "and everything was read again")
    feed = next(row for row in world.node.ctl("feeds")["feeds"] if row["name"] == "kernel")
    check("no message of the kernel's was refused", int(feed["skipped"]) == 0 and feed["state"] == "synchronised", feed)


def restarted_dataplane(world, check):
    """Its ports vanish, so sessions end and the kernel's routes with them; all of it comes back by itself, and nothing twice.

    Of IPv4 only: after its links were made anew, bgpd 8.4 now and then resolves no IPv6 next hop, and gives the kernel none."""
    world.withdraw("even6", "odd6")
    world.announce("even4", "odd4")
    world.wait_dataplane()
    before = used(world)
    world.node.dataplane.stop(signal.SIGKILL)
    world.node.start_dataplane()
    world.world.client.ip("route add default via 10.1.0.1")  # its link went with the port
    world.wait_established()
    world.wait_dataplane()
    world.compare(check, "the dataplane was killed and started again")
    check.equal("its tables hold as much as before", used(world), before)


def used(world):
    return {row["table"]: row["used"] for row in world.node.ctl("status")["dataplane"]["tables"] if "session" not in row["table"]}
