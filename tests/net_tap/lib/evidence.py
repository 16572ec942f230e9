"""One order, watched from three peers' links at once and tied together by its number in the backend's log."""
import ipaddress
import re
from dataclasses import dataclass, field

from .capture import Capture
from .radio import PHONE
from .shell import Failure, wait_until


@dataclass
class Evidence:
    number: str
    answer: dict = None            # what the phone got, None when nothing came
    phone_port: int = 0
    uplink: list = field(default_factory=list)    # n3, radio → gateway: [outer source, outer destination, TEID]
    downlink: list = field(default_factory=list)  # n3, gateway → radio
    public: list = field(default_factory=list)    # internet: [address, port] of the order's first packet
    tunnel: list = field(default_factory=list)    # fabric: [VTEP, VTEP, VNI, backend]
    backend: str = ""              # name of the machine whose log has the number
    logged: str = ""               # that log line


def watch_order(journey, number):
    radio, router, fabric = journey.mobile.radio.radio, journey.internet.router, journey.cloud.fabric.space
    evidence = Evidence(number)
    with Capture(radio, "n3", "udp port 2152") as n3, Capture(router, "mobile", "tcp port 443") as internet, \
            Capture(fabric, "cloud", "udp port 4789") as tunnel:
        try:
            evidence.answer, evidence.phone_port = journey.order(number, timeout=5)
        except Failure:
            pass  # a curl that hangs past its own limit; the evidence is printed all the same
        if evidence.answer is not None:
            wait_until("the order's line in a backend's log", lambda: _find_in_logs(journey, evidence))
    _read_n3(evidence, n3)
    _read_internet(evidence, internet)
    _read_fabric(evidence, tunnel)
    return evidence


def _find_in_logs(journey, evidence):
    for host in journey.hosts:
        for line in host.orders():
            if line.startswith(f"{evidence.number} "):
                evidence.backend, evidence.logged = host.name, line
                return True
    return False


def _read_n3(evidence, capture):
    tcp = f"gtp && tcp.port == 443 && ip.addr == {PHONE}"
    if evidence.phone_port:
        tcp += f" && tcp.port == {evidence.phone_port}"
    for sources, destinations, teids in capture.fields(tcp, "ip.src", "ip.dst", "gtp.teid"):
        way = "uplink" if sources[1] == PHONE else "downlink"
        if not getattr(evidence, way):
            setattr(evidence, way, [sources[0], destinations[0], int(teids[0], 0)])


def _read_internet(evidence, capture):
    # With a log line we look for its very address and port; without one, for whatever has gone out.
    wanted = "tcp.dstport == 443 && tcp.flags.syn == 1"
    logged = re.search(r"from=(\S+):(\d+)", evidence.logged)
    if logged:
        wanted += f" && ip.src == {logged[1]} && tcp.srcport == {logged[2]}"
    rows = capture.fields(wanted, "ip.src", "tcp.srcport")
    if rows:
        evidence.public = [rows[0][0][0], int(rows[0][1][0])]


def _read_fabric(evidence, capture):
    wanted = "vxlan && tcp.dstport == 8443"
    if evidence.public:
        wanted += f" && tcp.srcport == {evidence.public[1]}"
    rows = capture.fields(wanted, "ip.src", "ip.dst", "vxlan.vni")
    if rows:
        sources, destinations, vnis = rows[0]
        evidence.tunnel = [sources[0], destinations[0], int(vnis[0]), destinations[1]]


def judge(check, evidence, teid, peer_teid, pool, vni, hosts):
    """The order's journey as the configuration says it should be, every link tied to the next."""
    check("the phone got an answer that names its order", (evidence.answer or {}).get("order") == evidence.number,
          evidence.answer)
    check("n3 carried it in GTP-U with the configured TEIDs",
          evidence.uplink[2:] == [teid] and evidence.downlink[2:] == [peer_teid], (evidence.uplink, evidence.downlink))
    in_pool = bool(evidence.public) and ipaddress.ip_address(evidence.public[0]) in ipaddress.ip_network(pool)
    check("the internet saw an address of the pool, not the phone's", in_pool, evidence.public)
    places = {host.address: (host.name, host.vtep) for host in hosts}
    place = places.get(evidence.tunnel[3]) if evidence.tunnel else None
    check("the fabric carried it in VXLAN with the configured VNI to the backend's host",
          place is not None and evidence.tunnel[2] == vni and evidence.tunnel[1] == place[1], evidence.tunnel)
    check("the log of that very backend has the order's number, from that public address and port",
          place is not None and evidence.backend == place[0] and "from={}:{} ".format(*evidence.public or ["", 0]) in evidence.logged,
          evidence.logged)


def story(evidence):
    """The journey hop by hop, as read from the wire."""
    def hop(name, text):
        return f"  {name:<10}{text}"

    def at(found, text):
        return text.format(*found) if found else "nothing seen"

    lines = [hop("phone", f"{PHONE}:{evidence.phone_port or '?'} posts order {evidence.number} to https://order.example/purchaseOrder"),
             hop("n3", at(evidence.uplink, "GTP-U {0} → {1}, TEID {2:#x}")),
             hop("internet", at(evidence.public, "{0}:{1} → 203.0.113.80:443")),
             hop("fabric", at(evidence.tunnel, "VXLAN {0} → {1}, VNI {2}, inside → {3}:8443")),
             hop("backend", f"{evidence.backend}: {evidence.logged}" if evidence.logged else "no log has this order"),
             hop("n3", at(evidence.downlink, "GTP-U {0} → {1}, TEID {2:#x}")),
             hop("phone", f"got {evidence.answer}" if evidence.answer else "got no answer")]
    return "\n".join(lines)
