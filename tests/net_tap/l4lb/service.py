"""A service in front of two backends: shares, drained backends, pings, ports that it does not have; TCP and UDP."""
import json

from lib import gateways
from lib.shell import wait_until
from lib.topology import CloudSide, Internet, https


def ask(rig, check):
    internet = Internet(rig)
    cloud = CloudSide(rig, internet)
    cloud.start()
    node = cloud.node
    for host in cloud.hosts:
        host.start_reverser()
    client = internet.server

    answers = [json.loads(https(client, rig.directory, "/purchaseOrder"))["backend"] for _ in range(40)]
    check(f"both backends serve: {answers.count('vm1')} and {answers.count('vm2')} of 40", {"vm1", "vm2"} == set(answers))
    report = client.peer("numbered_stream.py", gateways.ECHO_VIP, 7, 1000, 3)
    check("3,000 datagrams over 300 flows come back reversed, none lost", not report["lost"] and report["wrong"] == 0, report)
    flows = {row["address"]: row["flows"] for row in node.ctl("services", "echo")["services"][0]["backends"]}
    check(f"flows are shared within a fifth: {flows}", sum(flows.values()) == 300 and min(flows.values()) > 120)
    check("a ping to the service's address is answered", client.pings(gateways.ORDER_VIP))

    before = node.dropped().get("no_such_port", 0)
    client.run("curl", "-s", "--max-time", "1", f"http://{gateways.ORDER_VIP}:81/", check=False)
    check("a port that the service does not have: no_such_port", node.dropped().get("no_such_port", 0) > before, node.dropped())

    # Drained: no new flows, but those that it has go on.
    node.file.write_text(node.file.read_text().replace("address: 10.1.0.31, port: 8443, weight: 100", "address: 10.1.0.31, port: 8443, weight: 0"))
    node.ctl_text("apply", node.file)
    answers = [json.loads(https(client, rig.directory, "/purchaseOrder"))["backend"] for _ in range(20)]
    check.equal("a drained backend gets no new flow", set(answers), {"vm2"})
    wait_until("weight 0 is what sluicectl says", lambda: "weight 0" in node.ctl_text("services", "order"))
