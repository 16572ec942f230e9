"""Started again with jumbo frames, on cards that the node itself has stopped: whole packets of the largest MTU."""
import re

from emulated.world import JUMBO, SERVER
from lib.shell import wait_until

COUNT = 20


def ask(world, check):
    node, mtu = world.node, world.nic.jumbo_mtu
    node.stop()
    holds, said = node.stopped_in_order()
    check("the node stops in order, its counters balanced", holds, said)
    world.raise_mtu(mtu)
    world.start_node(JUMBO)
    wait_until("small packets cross the node", lambda: world.host.host.pings(SERVER), 15)
    payload = mtu - 20 - 8  # RFC 791 and 792
    said = world.host.host.run("ping", "-n", "-c", COUNT, "-i", "0.02", "-W", "2", "-Mdo", "-s", payload, SERVER, check=False)
    received = re.search(r"(\d+) received", said)
    check(f"{COUNT} packets of {mtu} bytes cross the node and come back, none lost",
          received is not None and int(received[1]) == COUNT, said)
