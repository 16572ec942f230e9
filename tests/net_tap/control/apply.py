"""Configurations applied, refused and rolled back under traffic: what did not change is not touched, nothing is lost."""
import json

from lib import gateways
from lib.shell import wait_until
from lib.topology import CloudSide, Internet


def ask(rig, check):
    internet = Internet(rig)
    cloud = CloudSide(rig, internet)
    cloud.start()
    node = cloud.node
    for host in cloud.hosts:
        host.start_reverser()
    stream = internet.server.start_peer("stream", "numbered_stream.py", gateways.ECHO_VIP, 7, 1000, 6)

    first = node.file.read_text()
    node.file.write_text(first + added_service())
    said = node.ctl_text("diff", node.file, check=False)
    check("diff names the new service and changes nothing", "more" in said and "more" not in node.ctl_text("services"), said)
    node.ctl_text("apply", node.file)
    check("apply makes it", "203.0.113.90" in node.ctl_text("services", "more"))
    refusals(check, node, first)
    restarts(check, node, first)

    node.file.write_text(first)
    applied = node.ctl("rollback", "1")
    check("rollback takes the service away again", applied["removed"] >= 1 and "more" not in node.ctl_text("services"), applied)
    by_signal(check, node, first)

    wait_until("the stream has ended", lambda: not stream.running(), timeout=15)
    report = json.loads(stream.output().strip().splitlines()[-1])
    check(f"meanwhile 6,000 packets over 600 flows, none lost (longest gap {report['longest_gap_ms']} ms)",
          report["sent"] == 6_000 and not report["lost"] and report["wrong"] == 0, report)


def added_service():
    return """  more:
    address: 203.0.113.90
    ports: [80/tcp]
    network: shop
    backends:
      - {address: 10.1.0.31, port: 8080, weight: 100}
"""


def refusals(check, node, good):
    """Each wrong file is refused with place and sentence, and the node is as it was."""
    before = node.ctl("status")
    for what, text, place, sentence in (
            ("an unknown key", good.replace("vtep: 10.20.0.2, port", "vtep: 10.20.0.2, prot"), "vxlan.prot", "did you mean 'port'"),
            ("a value out of range", good.replace("vni: 5001", "vni: 16777216"), "networks.shop.vni", "16777215"),
            ("a name that leads nowhere", good.replace("network: shop", "network: shpo", 1), "services.order.network", "shop"),
            ("an empty file", "", "", ""),
            ("a tab", good.replace("  shop:", "\tshop:"), "", "")):
        node.file.write_text(text)
        try:
            said = "applied: " + node.ctl_text("apply", node.file)
        except Exception as refusal:  # the exit status is 1, and what it says is what we want
            said = str(refusal)
        check(f"{what} is refused with its place", str(node.file) in said and place in said and sentence in said and "applied:" not in said, said)
    after = node.ctl("status")
    for half, key in (("dataplane", "generation"), ("control", "config_digest")):
        check.equal(f"refused files left the {half}'s {key} alone", after[half]["hello"][key], before[half]["hello"][key])


def restarts(check, node, good):
    node.file.write_text(good.replace("sessions: 64k", "sessions: 128k") + added_service())
    said = node.ctl_text("apply", node.file)
    check("what only a restart can change is said", "needs a restart: memory.sessions 64000 → 128000" in said, said)
    check("and status goes on saying it", node.ctl("status")["control"]["needs_restart"] != [], node.ctl("status")["control"])


def by_signal(check, node, good):
    node.file.write_text(good + added_service())
    node.control.signal(1)  # SIGHUP
    wait_until("SIGHUP applies the file again", lambda: "203.0.113.90" in node.ctl_text("services"))
    check("SIGHUP applies the file again", True)
