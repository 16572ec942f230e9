"""A backend is killed, and another falls silent: new flows move in time, also from known ports, others go on; it comes back."""
import time

from lib.checked import FALL, INTERVAL, ORDER, RISE, TIMEOUT, CheckedSide, held
from lib.shell import wait_until
from lib.waits import Stopwatch

SLACK = 0.3  # seconds: one attempt of the client, one round of the control process


def ask(rig, check):
    side = CheckedSide(rig)
    side.start()
    kept = side.hold_flows(20)
    flows = side.open_flows()
    both = {flow["backend"] for flow in flows.after(time.time(), 40)}
    check.equal("both backends get new flows", both, {"one", "two"})

    side.backends["one"].kill()
    judge_move(check, side, flows, time.time(), FALL * INTERVAL + TIMEOUT, "killed")
    said = side.node.ctl_text("services", "order")
    check("sluicectl says since when and why", "unhealthy since" in said and "connection refused (2 of 2)" in said, said)
    check.equal("the service has one backend that gets new flows", side.service()["usable"], 1)
    side.backends["one"].start()
    judge_return(check, side, flows, time.time())

    before = from_same_ports(side)
    check.equal("both backends answer a client with ports of its own", set(before.values()), {"one", "two"})

    kept_ports = side.keep_ports(21_000, 20)
    datagrams = wait_until("all datagrams are answered", lambda: len(kept_ports.backends()) == 20 and kept_ports.backends())
    check.equal("both backends answer them", set(datagrams.values()), {"one", "two"})

    # Silent: its link is down, nobody answers, not even ARP.
    side.backends["one"].space.ip("link set eth0 down")
    judge_move(check, side, flows, time.time(), FALL * INTERVAL + TIMEOUT, "silent")
    reason = side.service()["backends"][0]["reason"]
    again = from_same_ports(side)
    check.equal("and the same ports are answered by the other backend, whomever they had", again, dict.fromkeys(before, "two"))
    check(f"sluicectl says why: {reason}", reason in ("connect timed out (2 of 2)", "host unreachable (2 of 2)"), reason)
    judge_kept_ports(check, side, kept_ports, datagrams)
    side.backends["one"].space.ip("link set eth0 up")
    side.backends["one"].space.ip("route add default via 10.20.0.2")
    judge_return(check, side, flows, time.time())

    reports = held(kept)
    of_two = [report for report in reports if report["backend"] == "two"]
    check(f"{len(of_two)} flows of the other backend lost nothing (longest wait {max(report['longest_ms'] for report in of_two)} ms)",
          of_two and all(report["ended"] is None and report["answers"] > 50 for report in of_two), reports)


def judge_move(check, side, flows, since, bound, how):
    """From `since` on connections may fail for as long as the checks need; afterwards none does."""
    stopwatch = Stopwatch(side.rig.prefix)
    wait_until(f"the backend that was {how} is found to be down", lambda: side.states()[0] == "unhealthy", timeout=20)
    found = time.time()
    later = flows.after(found, 40)
    failed = [flow["at"] - since for flow in flows.seen(since) if flow["error"]]
    last = stopwatch.took(max(failed, default=0.0))
    check(f"{how}: no new flow failed later than {bound:.1f} + {SLACK} s after it (last {last:.2f} s, {len(failed)} failed)", last.within(bound + SLACK), (last.waited, failed[-3:]))
    check(f"{how}: all new flows go to the other backend", {flow["backend"] for flow in later} == {"two"}, later[-3:])


def judge_kept_ports(check, side, kept_ports, before):
    """Datagrams of a port that nobody answers any more come to the other backend; nobody else's change theirs."""
    stopwatch = Stopwatch(side.rig.prefix)
    began = time.time()
    wait_until("datagrams are answered again", lambda: set(kept_ports.backends().values()) == {"two"}, timeout=30)
    took = stopwatch.took(time.time() - began)
    check(f"datagrams from ports that stay the same are answered by the other backend {took:.1f} s later (5 s unanswered, a walk of 1 s)", took.within(8), took.waited)
    moved = {answer["port"] for answer in kept_ports.answers() if answer["at"] >= began}
    check.equal("those, and no others, have another backend", moved, {port for port, backend in before.items() if backend == "one"})


def from_same_ports(side):
    return side.client.peer("reused_ports.py", ORDER, 7000, 20_000, 20)


def judge_return(check, side, flows, since):
    wait_until("it is used again", lambda: side.states() == ["used", "used"], timeout=20)
    check(f"back after {time.time() - since:.1f} s, {RISE} checks", True)
    check.equal("and gets new flows again", {flow["backend"] for flow in flows.after(time.time(), 60)}, {"one", "two"})
