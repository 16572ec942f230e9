"""A dataplane that leaks one mbuf, and one that counts one drop twice, make `drops --check` fail."""
from lib import gateways
from lib.node import Node, Port
from lib.shell import wait_until


def ask(rig, check):
    for fault in ("leak_mbuf", "double_drop"):
        peer = rig.namespace(f"peer-{fault}")
        node = Node(rig, fault.replace("_", "-"), gateways.plain(("left", "10.1.0.1/24")),
                    [Port("left", peer, "left", ["10.1.0.2/24"])])
        node.programs["dataplane"] = f"sluice-dataplane-{fault}"
        node.start()
        peer.ip("route add default via 10.1.0.1")
        wait_until(f"{fault}: the node answers pings", lambda: peer.pings("10.1.0.1"))
        peer.pings("192.0.2.1")  # there is no route to it: dropped, and counted
        wait_until(f"{fault}: a drop is counted", lambda: node.dropped().get("no_route", 0) > 0)
        holds, said = node.balanced()
        check(f"{fault}: drops --check says that the counters do not balance", not holds and "NOT balanced" in said, said)
        node.stop()
