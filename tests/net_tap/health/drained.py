"""A drained backend keeps its flows and gets no new ones, whatever becomes of the control process; undrained it does."""
import signal
import time

from lib.checked import BACKENDS, INTERVAL, ORDER_PORT, CheckedSide, held
from lib.shell import wait_until

STOPPED = 3  # seconds


def ask(rig, check):
    side = CheckedSide(rig)
    side.start()
    node = side.node
    kept = side.hold_flows(20)
    flows = side.open_flows()
    one = f"{BACKENDS['one']}:{ORDER_PORT}"

    said = node.ctl_text("drain", "backend", "order", one)
    check("drain answers with the state", "drained" in said, said)
    check.equal("no new flow goes to it from then on", {flow["backend"] for flow in flows.after(time.time(), 40)}, {"two"})
    check.equal("the other service of the same machine has it still", side.states("safe"), ["used", "used"])

    node.kill_control()
    said = node.ctl_text("services", "order")
    check("without the control process sluicectl shows what is programmed", "programmed with weight 0" in said and "not known" in said, said)
    check.equal("and new flows go where they went", {flow["backend"] for flow in flows.after(time.time(), 20)}, {"two"})
    before = node.ctl("status", check=False)["dataplane"]["hello"]["generation"]
    node.start_control()
    wait_until("checks have been made again", lambda: side.states() == ["drained", "used"])
    check.equal("the restarted control process programmed nothing", node.ctl("status")["dataplane"]["hello"]["generation"], before)
    check.equal("still drained", {flow["backend"] for flow in flows.after(time.time(), 40)}, {"two"})

    node.control.signal(signal.SIGSTOP)
    time.sleep(STOPPED)
    node.control.signal(signal.SIGCONT)
    time.sleep(3 * INTERVAL)
    check.equal(f"a control process that was stopped for {STOPPED} s takes nobody for silent", (side.states(), side.service()["backends"][1]["reason"]), (["drained", "used"], ""))

    node.ctl_text("undrain", "backend", "order", BACKENDS["one"])
    check.equal("undrained it gets new flows again", {flow["backend"] for flow in flows.after(time.time(), 60)}, {"one", "two"})
    reports = held(kept)
    of_one = [report for report in reports if report["backend"] == "one"]
    check(f"{len(of_one)} flows that it had went on all the time", of_one and all(report["ended"] is None and report["answers"] > 20 for report in of_one), reports)
    said = node.ctl_text("drain", "backend", "order", "10.20.0.99", check=False)
    check.equal("a backend that is not there cannot be drained", said, "")
