"""The kernel forwards nothing: what is punted to an address that is announced is counted and appears on no interface."""
import contextlib

from lib import gateways
from lib.announcing import OneNode, routes_of_ours
from lib.capture import Capture
from lib.shell import wait_until

OWN = "198.51.100.6"  # of the interface: what is sent to it is punted
PACKETS = 20


def ask(rig, check):
    world = OneNode(rig)
    world.start()
    node = world.node
    wait_until("the services are announced", lambda: len(routes_of_ours(node)) == 2)
    from_inside(check, node)
    # The dataplane goes on punting an address that its kernel does not have (any more), and that is announced.
    node.kill_control()
    node.kernel.ip(f"addr del {OWN}/30 dev internet")
    node.kernel.ip("addr add 198.51.100.7/32 dev internet")
    node.kernel.ip("route add 198.51.100.4/30 dev internet")
    node.kernel.ip(f"route add {OWN}/32 dev sluice0 proto 199 metric 100")
    punted(check, world, forwarding=False)
    node.kernel.run("sysctl", "-qw", "net.ipv4.ip_forward=1")  # an operator's mistake
    punted(check, world, forwarding=True)
    node.start_control()
    wait_until("forwarding is off again", lambda: node.kernel.run("sysctl", "-n", "net.ipv4.conf.internet.forwarding").strip() == "0")
    check("the control process switches forwarding off again", True)


def from_inside(check, node):
    """A program in the node's namespace talks to a service of the node."""
    before = refused(node)
    check("a ping from the node's namespace to a service is not answered", not node.kernel.pings(gateways.ORDER_VIP))
    wait_until("it is counted", lambda: refused(node) > before)
    check("it died by its name, and the counters balance", refused(node) - before == 1 and node.balanced()[0], node.dropped())
    last = node.ctl("drops", "--last")["drops"][-1]
    check("and is among the last drops", last["reason"] == "announced_address", last)


def punted(check, world, forwarding):
    node, router = world.node, world.router
    law, counters, dropped = node.ctl("status")["dataplane"]["law"], snmp(node), refused(node)
    with contextlib.ExitStack() as stack:
        wires = [stack.enter_context(Capture(space, link, "udp port 4242"))
                 for space, link in ((router, "cloud"), (world.cloud.fabric.space, "cloud"), (node.kernel, "internet"),
                                     (node.kernel, "fabric"))]
        router.run("bash", "-c", f"for i in $(seq {PACKETS}); do echo $i > /dev/udp/{OWN}/4242; done")
        wait_until("they are punted", lambda: node.ctl("status")["dataplane"]["law"]["punted"] - law["punted"] >= PACKETS)
        wait_until("the kernel has judged them", lambda: snmp(node)["InReceives"] - counters["InReceives"] >= PACKETS)
        if forwarding:
            wait_until("they come back by sluice0", lambda: refused(node) - dropped >= PACKETS)
    state = "even when its forwarding is switched on" if forwarding else "with forwarding off"
    judged = {name: value - counters[name] for name, value in snmp(node).items()}
    if forwarding:
        check(f"{state}: all {PACKETS} reach sluice0 and die there by name", refused(node) - dropped == PACKETS, (refused(node) - dropped, judged))
    else:
        # BGP's own packets may be among them: their address is gone as well.
        check(f"{state}: the kernel counts all {PACKETS} as addressed to nobody and forwards none",
              PACKETS <= judged["InAddrErrors"] == judged["InReceives"] - judged["InDelivers"] and judged["ForwDatagrams"] == 0, judged)
    sent = [len(wire.fields("udp.port == 4242 && !icmp", "ip.dst")) for wire in wires]
    check.equal(f"{state}: each was once on the wire and once on the punting TAP, and on nothing else", sent, [PACKETS, 0, PACKETS, 0])
    holds, said = node.balanced()
    check(f"{state}: the counters balance", holds, said)


def refused(node):
    return node.dropped().get("announced_address", 0)


def snmp(node):
    """The kernel's own counters of IP in the node's namespace."""
    names, values = [line.split()[1:] for line in node.kernel.run("cat", "/proc/net/snmp").splitlines() if line.startswith("Ip:")]
    return dict(zip(names, map(int, values)))
