"""Sessions of the node's own FRR run over the TAPs; what peers announce is forwarded by, and what two announce is shared."""
from lib.frr import wait_established
from lib.routed import OF_ROUTER, SERVED, SERVER, Routed
from lib.shell import wait_until

ALL = sorted(OF_ROUTER.values())


def ask(rig, check):
    world = Routed(rig)
    world.start()
    check("without BGP there is no way to the server", not world.client.pings(SERVER) and not world.routes())

    node = world.start_node_frr()
    first = world.start_router("first")
    wait_established((node, OF_ROUTER["first"]))
    wait_until("the learned route in the dataplane", lambda: world.hops() == [OF_ROUTER["first"]])
    check("a peer's route is in the dataplane with source bgp", SERVED in world.routes("bgp") and SERVED not in world.routes("kernel"))
    check("and packets take it", wait_until("the server answers", lambda: world.client.pings(SERVER)))

    world.start_router("second")
    wait_established((node, OF_ROUTER["second"]))
    wait_until("both next hops in the dataplane", lambda: world.hops() == ALL)
    before = {name: received(space) for name, space in world.routers.items()}
    world.client.peer("steady_flows.py", SERVER, 7, 64, 640, 1)
    shares = {name: received(space) - before[name] for name, space in world.routers.items()}
    check("64 flows are shared by both next hops, 640 packets in all", min(shares.values()) > 100 and sum(shares.values()) < 700, shares)

    first.configure("router bgp 64512", "address-family ipv4 unicast", f"no network {SERVED}")
    wait_until("one next hop is withdrawn", lambda: world.hops() == [OF_ROUTER["second"]])
    lost = sum(lost for _, lost, _ in world.client.peer("steady_flows.py", SERVER, 7, 64, 640, 1).values())
    check.equal("after one peer's UPDATE all 64 flows take the other, and lose nothing", lost, 0)

    world.announce()
    wait_until("the peers hear of the service's address", lambda: all(map(world.heard, world.routers)))
    check("an address of the node is announced to both peers", True)
    check("and is not taken for a learned one", "203.0.113.80/32" not in world.routes("bgp") | world.routes("kernel"))
    for session in world.frr.values():
        session.stop()


def received(space):
    """Packets that a router got from the node, by its kernel's count."""
    return int(space.run("cat", "/sys/class/net/node/statistics/rx_packets"))
