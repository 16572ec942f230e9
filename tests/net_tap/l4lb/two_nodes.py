"""Two nodes have the same service: a flow enters by one and its replies leave by the other."""
from lib import gateways
from lib.capture import Capture
from lib.node import Node, Port
from lib.shell import wait_until
from lib.topology import CloudSide, Internet, https


def ask(rig, check):
    internet = Internet(rig)
    first = CloudSide(rig, internet)
    second = Node(rig, "second", gateways.cloud(uplink="198.51.100.10", router="198.51.100.9", vtep="10.20.0.3"), [
        Port("internet", internet.router, "second", ["198.51.100.9/30"]),
        Port("fabric", first.fabric.space, "second", master="br0")])
    first.start()
    second.start()
    wait_until("the second node answers", lambda: first.hosts[0].host.pings("10.20.0.3"))
    for host in first.hosts:
        host.answer_through("10.20.0.3")

    with Capture(internet.router, "cloud", "tcp port 443") as entering, Capture(internet.router, "second", "tcp port 443") as leaving:
        answers = [get(internet, rig) for _ in range(20)]
    check.equal("20 of 20 requests are answered", sum(answer.startswith('{"order"') for answer in answers), 20)
    check("they entered by the first node only", wire(entering, "tcp.dstport == 443") > 0 and wire(leaving, "tcp.dstport == 443") == 0)
    check("their replies left by the second only", wire(leaving, "tcp.srcport == 443") > 0 and wire(entering, "tcp.srcport == 443") == 0)
    check.equal("no session was made on the second node", second.ctl("status")["dataplane"]["sessions"], 0)

    # The first node is taken out of the way: its flows go on over the second, which never saw them begin.
    internet.routes_to_cloud("198.51.100.10")
    check("new flows work when the second node takes the address over", get(internet, rig).startswith('{"order"'))


def get(internet, rig):
    return https(internet.server, rig.directory, "/purchaseOrder")


def wire(capture, what):
    return len(capture.fields(what, "ip.src"))
