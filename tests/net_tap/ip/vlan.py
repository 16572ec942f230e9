"""A VLAN interface beside an untagged one on the same port, spoken to by scapy."""

from lib import gateways
from lib.node import Node, Port
from lib.shell import wait_until


def ask(rig, check):
    left, right = rig.namespace("left"), rig.namespace("right")

    def configuration(node):
        return gateways.plain(("trunk", "10.1.0.1/24"), ("right", "10.2.0.1/24"))(node) + \
            "vlans:\n  tagged: {port: trunk, id: 310, mtu: 1500, addresses: [10.3.0.1/24]}\n"

    node = Node(rig, "vlan", configuration, [Port("trunk", left, "trunk", ["10.1.0.2/24"]), Port("right", right, "right", ["10.2.0.2/24"])])
    node.start()
    right.ip("route add default via 10.2.0.1")
    wait_until("the untagged interface answers", lambda: left.pings("10.1.0.1"))

    mac = port_mac(node, "trunk")
    check.equal("ARP over the tag is answered with the tag, from the VLAN interface's address", frames(left, mac, "arp"),
                {"vlan": 310, "from": "10.3.0.1", "mac": mac})
    check.equal("a tagged ping to the gateway is answered tagged", frames(left, mac, "10.3.0.1"), {"vlan": 310, "from": "10.3.0.1"})
    check.equal("a tagged ping crosses to the untagged port and its answer comes back tagged", frames(left, mac, "10.2.0.2"),
                {"vlan": 310, "from": "10.2.0.2"})
    before = node.dropped().get("vlan_unknown", 0)
    frames(left, mac, "10.3.0.1", "311")
    wait_until("a frame with a foreign tag dies as vlan_unknown", lambda: node.dropped().get("vlan_unknown", 0) == before + 1)
    check("a frame with a foreign tag dies as vlan_unknown", True)


def frames(side, mac, *words):
    return side.peer("vlan_frames.py", "trunk", mac, *words)


def port_mac(node, port):
    return next(row["mac"] for row in node.ctl("ports")["ports"] if row["name"] == port)
