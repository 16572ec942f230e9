"""Services whose address the backends hold: nginx behind the kernel's VXLAN device answers through the gateway or by a
way of its own, with sessions and by the ring alone; a smaller path's ICMP error finds the backend that it is for."""
import hashlib
import json

from lib.capture import Capture
from lib.namespace import connect
from lib.topology import CloudSide, Internet

KEPT, RING = "203.0.113.82", "203.0.113.83"
PORT = 8443  # nginx's: nobody changes it on the way
SERVICES = "".join(f"""\
  {name}:
    address: {address}
    ports: [{PORT}/tcp]
    network: shop
    forward: direct
    sessions: {sessions}
    backends: [{{address: 10.1.0.31}}, {{address: 10.1.0.32}}]
""" for name, address, sessions in (("kept", KEPT, "true"), ("ring", RING, "false")))
CLIENTS = "192.0.2.0/24"


def ask(rig, check):
    internet = Internet(rig)
    cloud = CloudSide(rig, internet, extra_services=SERVICES)
    cloud.start()
    node = cloud.node
    for vip in (KEPT, RING):
        internet.router.ip(f"route add {vip}/32 via 198.51.100.6")
        for host in cloud.hosts:
            host.machine.ip(f"addr add {vip}/32 dev lo")
    for host in cloud.hosts:  # as on every backend that holds an address it does not own: ARP is no affair of that address
        host.machine.run("sysctl", "-qw", "net.ipv4.conf.all.arp_ignore=1", "net.ipv4.conf.all.arp_announce=2")

    for vip in (KEPT, RING):
        with Capture(internet.router, "cloud", f"tcp port {PORT}") as wire:
            served = orders(internet, rig, vip)
        check.equal(f"{vip}: both backends serve 40 of 40 requests", (len(served), set(served)), (40, {"vm1", "vm2"}))
        check(f"{vip}: their answers came through the gateway", answers(wire, vip) > 0)
        logged = [line for host in cloud.hosts for line in host.orders() if f"to={vip}:{PORT}" in line]
        check(f"{vip}: nginx saw the service's own address, and the client's", len(logged) == 40 and
              all("from=192.0.2.9:" in line for line in logged), logged[:2])
    sessions = node.ctl("status")["dataplane"]["sessions"]
    check(f"sessions were made for one of the two only: {sessions}", 0 < sessions <= 40)
    rows = {row["name"]: row for row in node.ctl("services")["services"]}
    check("packets of both are counted, flows of one", rows["kept"]["flows"] == 40 and rows["ring"]["flows"] == 0 and
          all(backend["packets"] > 0 for name in ("kept", "ring") for backend in rows[name]["backends"]), rows)
    check("sluicectl shows the mode", "direct, no sessions" in node.ctl_text("services", "ring"))

    # From now on the machines have a way of their own to the clients, as those of a direct service mostly do.
    for number, host in enumerate(cloud.hosts):
        connect(host.machine, "out0", internet.router, f"out{number}")
        internet.router.link(f"out{number}", [f"198.51.100.{65 + 4 * number}/30"])
        host.machine.link("out0", [f"198.51.100.{66 + 4 * number}/30"])
        host.machine.ip(f"route add {CLIENTS} via 198.51.100.{65 + 4 * number}")
    for vip in (KEPT, RING):
        with Capture(internet.router, "cloud", f"tcp port {PORT}") as wire:
            served = orders(internet, rig, vip)
        check.equal(f"{vip}: 40 of 40 again, answered by the machines themselves", (len(served), set(served)), (40, {"vm1", "vm2"}))
        check(f"{vip}: requests passed the gateway and no answer did",
              len(wire.fields(f"tcp.dstport == {PORT} && ip.dst == {vip}", "ip.src")) > 0 and answers(wire, vip) == 0)

    # The last link carries less than the machines send: only the backend that is told so can go on.
    content = bytes(range(251)) * 4000
    (rig.directory / "files" / "large").write_bytes(content)
    internet.router.ip("link set server mtu 1280")
    for vip in (KEPT, RING):
        for _ in range(4):
            got = get(internet, rig, vip, "/files/large", "--output", rig.directory / "got")
            check(f"{vip}: a megabyte comes through a path of 1,280 bytes", got.endswith("200") and
                  hashlib.sha256((rig.directory / "got").read_bytes()).digest() == hashlib.sha256(content).digest())
            for host in cloud.hosts:
                host.machine.ip("route flush cache")


def get(internet, rig, vip, path, *options):
    """What curl printed, nothing when it failed."""
    return internet.server.run("curl", "--silent", "--fail", "--max-time", "10", "--cacert", rig.directory / "ca.pem",
                               "--resolve", f"order.example:{PORT}:{vip}", *options,
                               f"https://order.example:{PORT}{path}", "--write-out", "\n%{http_code}", check=False)


def orders(internet, rig, vip):
    """The backends that served forty requests."""
    texts = [get(internet, rig, vip, "/purchaseOrder") for _ in range(40)]
    return [json.loads(text.splitlines()[0])["backend"] for text in texts if text.endswith("200")]


def answers(wire, vip):
    return len(wire.fields(f"tcp.srcport == {PORT} && ip.src == {vip}", "ip.src"))
