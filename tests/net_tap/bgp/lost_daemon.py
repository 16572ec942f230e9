"""The node's own routing daemons are killed: their routes are used for a hold time, shown stale, then not; and again later."""
import time

from lib.frr import wait_established
from lib.routed import OF_ROUTER, SERVER, Routed
from lib.shell import wait_until

KEEP = 5


def ask(rig, check):
    world = Routed(rig, routers=("first",))
    world.bgp = (f"bgp: {{mode: external, keep-when-lost: {KEEP}s, "
                 f"pid-files: [/run/frr/{world.node.name}/zebra.pid, /run/frr/{world.node.name}/bgpd.pid]}}\n")
    world.node.configure(world._configuration)
    world.start()
    node = world.start_node_frr()
    world.start_router("first")
    wait_established((node, OF_ROUTER["first"]))
    wait_until("the learned route in the dataplane", world.hops)

    killed = time.monotonic()
    node.kill()
    said = wait_until("the status says so", lambda: routing(world.node).get("state") == "stale" and routing(world.node)["error"])
    check(f"a daemon's death is shown {time.monotonic() - killed:.1f} s after it, with what becomes of its routes", f"{KEEP}s" in said, said)
    time.sleep(max(killed + KEEP - 1.5 - time.monotonic(), 0))
    check("its routes are used for the hold time", bool(world.hops()) and world.client.pings(SERVER))
    wait_until("its routes are gone", lambda: not world.hops())
    gone = time.monotonic() - killed
    check(f"and then not: gone after {gone:.1f} s of {KEEP}", KEEP - 0.1 < gone < KEEP + 2)
    check("though the kernel has them still", "10.50.0.0/24" in world.node.kernel.ip("route show proto bgp"))
    check("no packet takes them", not world.client.pings(SERVER))
    check("the status says that they are not used", "not used" in routing(world.node)["error"], routing(world.node))

    for socket in node.run_directory.glob("*.vty"):
        socket.unlink()
    node.start()
    wait_established((node, OF_ROUTER["first"]))
    wait_until("the route is back", lambda: world.hops() and world.client.pings(SERVER))
    check("daemons that are started again have their routes used", routing(world.node).get("state") == "synchronised", routing(world.node))


def routing(node):
    return next((row for row in node.ctl("feeds")["feeds"] if row["name"] == "routing"), {})
