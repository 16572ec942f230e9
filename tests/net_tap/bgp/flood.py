"""ARP floods as fast as sockets send, on the peer's link and on another, drop no BFD session.

The peer's link is a veth that DPDK reads by a ring: the queue before a TAP would be full, and BFD's packets lost in it before the node sees
them."""
import json

from lib.frr import wait_established
from lib.routed import OF_NODE, OF_ROUTER, Routed
from lib.shell import wait_until

SECONDS = 8


def ask(rig, check):
    world = Routed(rig, routers=("first",), driver="packet")
    world.start()
    node = world.start_node_frr()
    peer = world.start_router("first")
    wait_established((node, OF_ROUTER["first"]))
    wait_until("BFD is up", lambda: peer.bfd_up(OF_NODE["first"]) and node.bfd_up(OF_ROUTER["first"]), 30)
    before = downs(node), downs(peer)

    floods = [space.start_peer(f"flood-{link}", "arp_flood.py", link, address, SECONDS)
              for space, link, address in ((world.routers["first"], "node", OF_NODE["first"]), (world.client, "eth0", "10.1.0.1"))]
    wait_until("the floods have ended", lambda: not any(flood.running() for flood in floods), timeout=SECONDS + 20)
    rates = [said["sent"] / said["seconds"] for said in (json.loads(flood.output().strip().splitlines()[-1]) for flood in floods)]
    check(f"{rates[0]:,.0f} ARP requests a second on the peer's link and {rates[1]:,.0f} on another, for {SECONDS} s", min(rates) > 10_000, rates)
    check.equal("no BFD session went down on either side", (downs(node), downs(peer)), before)
    check("both sessions are still up", node.bfd_up(OF_ROUTER["first"]) and node.established(OF_ROUTER["first"]))
    lost = json.loads(world.wires["first"].run("ip", "-s", "-j", "link", "show", "port"))[0]["stats64"]["tx"]
    print(f"          the switch gave the node's port {lost['packets']:,} packets and had no room for {lost['dropped']:,}")
    budget = world.node.dropped()
    check("what was too much for the kernel was dropped by name", any("punt" in reason or "arp" in reason for reason in budget), budget)


def downs(frr):
    """How often BFD sessions of this side went down."""
    return sum(row.get("session-down", 0) for row in frr.show("show bfd peers counters json"))
