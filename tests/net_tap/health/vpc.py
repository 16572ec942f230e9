"""Backends in a VPC are checked from the gateway's address in it, through their tunnels; a killed nginx gets no new flow."""
import json
import time

from lib.shell import wait_until
from lib.topology import CloudSide, Internet, https
from lib.waits import Stopwatch

INTERVAL, TIMEOUT, FALL = 0.5, 0.3, 2
HEALTH = f"tcp: true, interval: {round(INTERVAL * 1000)}ms, timeout: {round(TIMEOUT * 1000)}ms, jitter: 50ms, rise: 2, fall: {FALL}, all-down: fail-closed"


def ask(rig, check):
    internet = Internet(rig)
    cloud = CloudSide(rig, internet, health=HEALTH)
    cloud.start()
    node = cloud.node

    def states():
        return [backend["state"] for backend in node.ctl("services", "order")["services"][0]["backends"]]

    def served(count):
        texts = [https(internet.server, rig.directory, "/purchaseOrder") for _ in range(count)]
        return [json.loads(text)["backend"] if text else None for text in texts]

    wait_until("both machines are found to be up", lambda: states() == ["used", "used"], timeout=20)
    check.equal("both serve", set(served(20)), {"vm1", "vm2"})
    checks = cloud.hosts[0].machine.run("ss", "-Hltn", "sport = :8443")
    check("nginx listens on the machine", ":8443" in checks, checks)

    cloud.hosts[0].nginx.stop(9)
    judge(check, states, served, "connection refused", "killed", node)
    cloud.hosts[0].run_nginx()
    wait_until("it is used again", lambda: states() == ["used", "used"], timeout=20)
    check.equal("and serves again", set(served(20)), {"vm1", "vm2"})

    cloud.hosts[0].host.ip("link set vm0 down")
    judge(check, states, served, "connect timed out", "silent", node)


def judge(check, states, served, reason, how, node):
    stopwatch, since = Stopwatch(node.rig.prefix), time.time()
    wait_until(f"the machine that was {how} is found to be down", lambda: states() == ["unhealthy", "used"], timeout=20)
    took = stopwatch.took(time.time() - since)
    check(f"{how}: found after {took:.2f} s, {FALL * INTERVAL + TIMEOUT:.1f} at most (and 0.3 s for us to see it)", took.within(FALL * INTERVAL + TIMEOUT + 0.3), (took, took.waited))
    said = node.ctl_text("services", "order")
    check(f"{how}: sluicectl says why", f"{reason} ({FALL} of {FALL})" in said, said)
    check.equal(f"{how}: every new flow goes to the other machine", served(20), ["vm2"] * 20)
