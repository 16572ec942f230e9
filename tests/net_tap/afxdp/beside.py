"""One NIC for the kernel and the gateway: VXLAN, GTP-U, services and NAT through AF_XDP, with TCP, ping and BGP of the kernel beside."""
import socket

from lib import gateways
from lib.shared import KERNEL, KERNEL6, MACHINE, ON_LINK_VIP, SERVER, SharedNic
from lib.shell import wait_until
from lib.topology import https


def ask(rig, check):
    world = SharedNic(rig)
    world.start()
    up = world.session()
    gateway_traffic(rig, check, world)
    vlan(check, world)
    kernel_traffic(check, world)
    shown(check, world)
    check.equal("the kernel's BGP session has stayed up all the time", (world.session(), up[0]), (up, "Established"))
    ending(rig, check, world)
    world.stop_bgp()


def gateway_traffic(rig, check, world):
    wait_until("the service answers", lambda: order(rig, world.internet.server))
    answers = [order(rig, world.internet.server) for _ in range(20)]
    check("service: 20 orders from the Internet are answered by the machine behind VXLAN", all("vm1" in text for text in answers), answers[:2])
    check("service on the link: a neighbour finds its address by ARP", world.reverses(world.radio.radio, ON_LINK_VIP))
    check("GTP-U and NAT: the phone pings a server in the Internet", wait_until("a ping", lambda: world.phone.pings(SERVER)))
    check("and reaches the service: GTP-U, NAT, service, VXLAN and back", "vm1" in order(rig, world.phone))
    flows = world.phone.peer("steady_flows.py", SERVER, 7, 32, 500, 2)
    check.equal("1,000 datagrams of 32 of the phone's flows come back reversed", sum(lost for _, lost, _ in flows.values()), 0)
    flows = world.host.machine.peer("steady_flows.py", SERVER, 7, 32, 500, 2)
    check.equal("and so do 1,000 of the machine's: VXLAN and NAT", sum(lost for _, lost, _ in flows.values()), 0)
    check("the machine pings its gateway", world.host.machine.pings("10.1.0.1"))
    counts = world.radio.counts()
    check("the GTP-U peer has found no fault in what it got", not any(number for word, number in counts.items() if "bad" in word), counts)


def vlan(check, world):
    """A VLAN of the gateway's has ARP and addresses of its own; another tag is the kernel's."""
    mac = world.port()["mac"]

    def frames(*words):
        return world.radio.radio.peer("vlan_frames.py", "n3", mac, *words)
    check.equal("VLAN: ARP is answered with the tag", frames("arp"), {"vlan": 310, "from": "10.3.0.1", "mac": mac})
    check.equal("VLAN: a ping is answered with the tag", frames("10.3.0.1"), {"vlan": 310, "from": "10.3.0.1"})
    before = world.steering()["passed"]
    answer = frames("10.3.0.1", "311")
    check("another VLAN stays with the kernel", answer is None and world.steering()["passed"] > before
          and "vlan_unknown" not in world.node.dropped(), (answer, world.node.dropped()))


def kernel_traffic(check, world):
    server = world.internet.server
    check("the kernel answers pings, also with 1,472 bytes", server.pings(KERNEL) and server.pings(KERNEL, "-s", "1472"))
    check("and in two fragments", server.pings(KERNEL, "-s", "2000"))
    check("and over IPv6, whose neighbour discovery is its own", world.internet.router.pings(KERNEL6))
    with server.entered():
        line = b"abcdefgh" * 1000
        with socket.create_connection((KERNEL, 8080), timeout=5) as connection:
            connection.sendall((line + b"\n") * 20)
            said = read(connection, 20)
    check.equal("TCP to a server of the kernel's: 160,000 bytes there and back", said, (b"kernel " + line[::-1] + b"\n") * 20)


def read(connection, lines):
    said = b""
    while said.count(b"\n") < lines:
        piece = connection.recv(1 << 16)
        if not piece:
            break
        said += piece
    return said


def shown(check, world):
    counts = world.steering()
    check("every verdict has its frames, and none lacked a socket", counts.pop("no_socket") == 0 and all(counts.values()), counts)
    received = sum(row["rx_packets"] for row in world.node.ctl("ports")["ports"])
    check.equal("what is steered to the socket is what the node received", sum(counts.values()) - counts["passed"], received)
    port = world.port()
    check("`ports` says native XDP, and that frames are copied", {"xdp-native", "copy"} <= set(port["offloads"]), port["offloads"])
    text = world.node.ctl_text("ports")
    check("and names the kernel's NIC with the verdicts", "shared shares eth2 with the kernel: passed" in text, text)
    neighbors = world.node.ctl("neighbors")["neighbors"]
    check("its neighbours are those of the kernel's NIC", {gateways.BACKENDS[MACHINE], "10.20.0.1", "10.30.0.9"} <=
          {row["neighbor"]["address"] for row in neighbors if row["interface"] == "shared"}, neighbors)


def ending(rig, check, world):
    """An orderly end leaves the NIC as it was; SIGKILL is asked in killed.py."""
    before = world.node.kernel.ip("addr show dev eth2 scope global").split("eth2", 1)[1]
    check("the addresses of the NIC are the kernel's own: none bears our mark", "proto 199" not in before, before)
    world.node.stop()
    link = world.node.kernel.ip("-d link show dev eth2")
    check("after an orderly end no program is on it", "xdp" not in link and "allmulti 0" in link and "promiscuity 0" in link, link)
    check("and the kernel goes on", world.internet.server.pings(KERNEL))


def order(rig, space):
    return https(space, rig.directory, "/purchaseOrder", timeout=3)
