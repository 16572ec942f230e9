"""A BFD peer is lost, killed or cut off: its next hop leaves within 1.5 s, and flows of the other lose nothing."""
import json
import signal
import time

from lib.capture import Capture
from lib.frr import wait_established
from lib.routed import OF_NODE, OF_ROUTER, SERVER, Routed
from lib.shell import wait_until

FLOWS, RATE, SECONDS = 64, 1280, 20
DETECTED = 1.5  # seconds at 300 ms × 3, and our part of it
BOTH = sorted(OF_ROUTER.values())


def ask(rig, check):
    world = Routed(rig)
    world.start()
    node = world.start_node_frr()
    for name in world.routers:
        world.start_router(name)
    up(world, node)

    world.frr["first"].kill()
    gone = world.time_until("the next hop of the killed daemons is gone", lambda: world.hops() == [OF_ROUTER["second"]])
    check(f"daemons of a peer killed by SIGKILL: its next hop is gone after {gone:.2f} s", gone < DETECTED)
    check("packets take the other", world.client.pings(SERVER))

    world.start_router("first")
    up(world, node)
    cut_off(world, check)


def up(world, node):
    wait_established((node, OF_ROUTER["first"]), (node, OF_ROUTER["second"]))
    for name in world.routers:
        wait_until(f"BFD with {name}", lambda name=name: node.bfd_up(OF_ROUTER[name]) and world.frr[name].bfd_up(OF_NODE[name]), 30)
    wait_until("both next hops in the dataplane", lambda: world.hops() == BOTH)


def cut_off(world, check):
    """The link of the second is cut in the middle of a stream: nobody says that it is down."""
    with Capture(world.routers["second"], "node", "udp dst port 7") as seen:
        stream = world.client.start_peer("stream", "steady_flows.py", SERVER, 7, FLOWS, RATE, SECONDS)
        wait_until("the stream runs", lambda: seen.file.exists() and seen.file.stat().st_size > 20_000)
        world.cut("second")
        gone = world.time_until("the next hop that was cut off is gone", lambda: world.hops() == [OF_ROUTER["first"]])
        check(f"a peer cut off: its next hop is gone after {gone:.2f} s", gone < DETECTED)
        time.sleep(2)  # of the stream with one member
        stream.signal(signal.SIGTERM)
        wait_until("the stream has ended", lambda: not stream.running(), timeout=10)
    flows = json.loads(stream.output().strip().splitlines()[-1])
    moved = {ports[0] for ports, in seen.fields("udp.dstport == 7", "udp.srcport")}
    stayed = {port: row for port, row in flows.items() if port not in moved}
    check("both members had flows", len(moved) > 10 and len(stayed) > 10, (len(moved), len(stayed)))
    lost = {port: row for port, row in stayed.items() if row[1] > 0}
    check(f"the {len(stayed)} flows of the other member lost nothing", not lost, lost)
    longest = max(flows[port][2] for port in moved)
    check(f"the {len(moved)} flows of the lost one went on after {longest} ms at most", longest < 1000 * DETECTED + 300, longest)

