"""ARP, ND, ping and traceroute: the gateway behaves like a router to the kernels around it, for both families."""
from lib import gateways
from lib.node import Node, Port
from lib.namespace import Namespace
from lib.shell import wait_until


def ask(rig, check):
    left, right = rig.namespace("left"), rig.namespace("right")
    node = Node(rig, "router", gateways.plain(("left", '10.1.0.1/24, "2001:db8:1::1/64"'), ("right", '10.2.0.1/24, "2001:db8:2::1/64"')),
                [Port("left", left, "left", ["10.1.0.2/24", "2001:db8:1::2/64"]),
                 Port("right", right, "right", ["10.2.0.2/24", "2001:db8:2::2/64"])])
    node.start()
    for side, four, six in ((left, "10.1.0.1", "2001:db8:1::1"), (right, "10.2.0.1", "2001:db8:2::1")):
        side.ip(f"route add default via {four}")
        side.ip(f"-6 route add default via {six}")
        for address in (four, six):
            wait_until(f"{side.name}: the gateway's {address} answers", lambda: side.pings(address))

    for gateway, far in (("10.1.0.1", "10.2.0.2"), ("2001:db8:1::1", "2001:db8:2::2")):
        check(f"the first ping through the node, to a neighbour nobody has asked for, arrives: {far}", left.pings(far))
        check(f"100 quick pings through the node, none lost: {far}", " 0% packet loss" in flood(left, far))
        check(f"large pings arrive in fragments and whole: {far}", left.pings(far, "-s", "4000"))
        hops = traceroute(left, far)
        check.equal(f"traceroute sees the gateway, then the peer: {far}", hops, [gateway, far])
    check("the kernel learned the gateway's own MAC", node_mac(node, "left") in left.ip("neigh show 10.1.0.1"), left.ip("neigh show"))
    right.ip("link set right mtu 1280")  # the way back is narrower than it was: PMTU is the kernel's own affair
    check("what does not fit with DF set is answered with the MTU", too_big(left, "10.2.0.2", 1600))


def flood(side: Namespace, address):
    return side.run("ping", "-n", "-q", "-c100", "-i0.01", "-W2", address, check=False)


def traceroute(side: Namespace, address):
    lines = side.run("traceroute", "-n", "-q1", "-w2", address, check=False).splitlines()[1:]
    return [line.split()[1] for line in lines if len(line.split()) > 1]


def too_big(side: Namespace, address, size):
    side.ip("link set left mtu 2000")  # larger than the gateway's way out
    return "mtu=1500" in side.run("ping", "-n", "-c1", "-W2", "-Mdo", "-s", size, address, check=False).replace(" = ", "=")


def node_mac(node, port):
    return next(row["mac"] for row in node.ctl("ports")["ports"] if row["name"] == port)
