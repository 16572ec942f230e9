"""Every backend is down: one service goes on with all of them, the other closes; both come back by themselves."""
import time

from lib.checked import ORDER, SAFE, CheckedSide
from lib.shell import wait_until


def ask(rig, check):
    side = CheckedSide(rig)
    side.start()
    node = side.node
    for backend in side.backends.values():
        backend.kill()
    wait_until("both services know", lambda: all(side.service(name)["all_down"] for name in ("order", "safe")))
    check.equal("fail-open: both backends get new flows", side.service("order")["usable"], 2)
    check.equal("fail-closed: none does", side.service("safe")["usable"], 0)
    status = node.ctl("status")["control"]
    check.equal("the gauge counts two services", status["services_all_down"], 2)
    check("status warns of both", all(any(f"service {name}: every backend is down" in line for line in status["warnings"]) for name in ("order", "safe")), status["warnings"])

    before = node.dropped().get("no_backend", 0)
    check("fail-open: a SYN reaches a backend, which refuses it", "Refused" in attempt(side, ORDER), attempt(side, ORDER))
    check.equal("fail-open: nothing was dropped", node.dropped().get("no_backend", 0), before)
    check("fail-closed: a SYN is answered by nobody", "timed out" in attempt(side, SAFE), attempt(side, SAFE))
    check("fail-closed: it is dropped as no_backend", node.dropped().get("no_backend", 0) > before, node.dropped())

    side.backends["two"].start()
    for name in ("order", "safe"):
        wait_until(f"{name}: the backend that is back is used", lambda name=name: side.states(name) == ["unhealthy", "used"])
        check.equal(f"{name}: and it alone", side.service(name)["usable"], 1)
    for address in (ORDER, SAFE):
        flows = side.open_flows(address)
        check.equal(f"{address}: every new flow finds it", {flow["backend"] for flow in flows.after(time.time(), 20)}, {"two"})
    check.equal("nothing is warned of any more", node.ctl("status")["control"]["warnings"], [])


def attempt(side, address):
    """What one connection comes to, in the client's words."""
    flows = side.open_flows(address)
    error = flows.after(time.time(), 1)[0]["error"]
    flows.process.stop(9)
    return str(error)
