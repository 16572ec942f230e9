"""One of two nodes is drained, then stopped in order: withdrawn within 0.3 s each time, and no packet is lost."""
import json
import signal
import time

from lib import gateways
from lib.announcing import TwoNodes, WITHIN, routes_of_ours
from lib.shell import wait_until
from lib.waits import Stopwatch

ECHO = f"{gateways.ECHO_VIP}/32"
RATE, SECONDS = 1_000, 10
DRAIN_SECONDS = 2


def ask(rig, check):
    world = TwoNodes(rig)
    for node in (world.node, world.second):
        text = node.file.read_text()
        node.file.write_text(text.replace("netns:", f"drain-time: {DRAIN_SECONDS}s, netns:", 1))
    world.start()
    wait_until("the router has both ways", lambda: ways(world) == {"198.51.100.6", "198.51.100.10"})
    stream = world.internet.server.start_peer("stream", "numbered_stream.py", gateways.ECHO_VIP, 7, RATE, SECONDS)
    started = time.monotonic()
    wait_until("both nodes carry the stream", lambda: all(received(node) > 500 for node in (world.node, world.second)))
    drained(check, world)
    stopped(check, world)
    done = time.monotonic()
    restarted(check, world)
    over = wait_until("the stream has ended", lambda: not stream.running(), timeout=SECONDS + 10)
    report = json.loads(stream.output().strip().splitlines()[-1])
    check(f"{report['sent']:,} packets over {report['flows']:,} flows meanwhile, not one lost (longest gap {report['longest_gap_ms']} ms)",
          over and report["sent"] == RATE * SECONDS and not report["lost"] and report["wrong"] == 0, report)
    check("both happened while the stream ran", done - started < SECONDS, done - started)
    again(check, world.node)


def drained(check, world):
    stopwatch, cause = Stopwatch(world.rig.prefix), time.time()
    world.node.ctl_text("drain", "node")
    took = stopwatch.took(left_alone(world, cause))
    check(f"drain node: the peer sends to the other node only, {round(took * 1000)} ms later", took.within(WITHIN), (took, took.waited))
    time.sleep(0.5)
    before = received(world.node)
    time.sleep(0.5)
    check("the drained node gets nothing more", received(world.node) - before < 20, received(world.node) - before)
    world.node.ctl_text("undrain", "node")
    wait_until("the router has both ways again", lambda: ways(world) == {"198.51.100.6", "198.51.100.10"})
    check("undrained, it is one of two again", True)
    time.sleep(0.5)


def stopped(check, world):
    node = world.node
    stopwatch, cause = Stopwatch(world.rig.prefix), time.time()
    node.dataplane.signal(signal.SIGTERM)
    began = time.monotonic()
    took = stopwatch.took(left_alone(world, cause))
    check(f"an orderly stop: the peer sends to the other node only, {round(took * 1000)} ms later", took.within(WITHIN), (took, took.waited))
    check("sluice0 is gone, the dataplane forwards on", routes_of_ours(node) is None and node.dataplane.running())
    status = node.ctl_text("status")
    check("status says that it is stopping", "stopping: nothing is announced any more" in status, status)
    wait_until("the dataplane ends", lambda: not node.dataplane.running(), timeout=DRAIN_SECONDS + 5)
    lasted = time.monotonic() - began
    check(f"it ended after node.drain-time ({lasted:.1f} s)", DRAIN_SECONDS - 0.2 < lasted < DRAIN_SECONDS + 2, lasted)
    check.equal("in order", node.dataplane.stop(), 0)
    check("its books balanced to the end", "balanced=true" in node.dataplane.output(), node.dataplane.output()[-400:])


def restarted(check, world):
    addresses = world.node.kernel.start("addresses", "stdbuf", "-oL", "ip", "monitor", "address")
    world.node.start_dataplane()
    # FRR doubles its wait after every session that broke, up to a minute; this begins anew.
    world.peer.text("clear bgp 198.51.100.6")
    world.frr.text("clear bgp 198.51.100.5")
    wait_until("the router has both ways again", lambda: ways(world) == {"198.51.100.6", "198.51.100.10"}, timeout=60)
    check("started again, it is programmed and announced again", True)
    wait_until("an address is told again", lambda: addresses.output().count("198.51.100.6/30") >= 2)
    check("addresses of new links are told again, to daemons that read them before the links", True)


def again(check, node):
    """A second signal ends the wait, and what peers still send is lost."""
    node.dataplane.signal(signal.SIGTERM)
    wait_until("it withdraws", lambda: routes_of_ours(node) is None)
    began = time.monotonic()
    node.dataplane.signal(signal.SIGTERM)
    wait_until("it ends", lambda: not node.dataplane.running())
    check("a second signal ends it at once", time.monotonic() - began < 2 and node.dataplane.stop() == 0, time.monotonic() - began)
    node.stop()
    node.start()


def ways(world):
    text = world.router.ip(f"route show {ECHO}")
    return {word for word in text.split() if word.startswith("198.51.100.")}


def left_alone(world, cause):
    """Seconds until the router's only way is the second node, as its kernel tells it."""
    wait_until("one way is left", lambda: ways(world) == {"198.51.100.10"}, timeout=5, interval=0.005)
    return time.time() - cause


def received(node):
    return sum(port["rx_packets"] for port in node.ctl("ports")["ports"] if port["name"] == "internet")
