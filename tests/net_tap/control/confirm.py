"""`apply --confirm`: what nobody confirms goes back by itself, also when the control process dies in the meantime."""
import signal
import time

from lib.shell import wait_until
from lib.topology import CloudSide, Internet

TIME = 3


def ask(rig, check):
    cloud = CloudSide(rig, Internet(rig))
    cloud.start()
    node = cloud.node
    first = node.file.read_text()
    said = try_out(node, first, 90)
    check("it is in force at once, and says what it waits for", weight(node) == 90 and "sluicectl confirm" in said, said)
    check("status shows the time left and the way back", f"back to 1 unless" in node.ctl_text("status"), node.ctl_text("status"))
    since = time.monotonic()
    wait_until("it goes back by itself", lambda: weight(node) == 100, timeout=TIME + 3)
    check(f"without a word it goes back after {TIME} s", TIME - 1 < time.monotonic() - since < TIME + 2, time.monotonic() - since)
    late = refused(node, "confirm")
    check("a confirmation that comes too late is refused and says so", "came too late" in late, late)

    try_out(node, first, 80)
    node.ctl_text("confirm")
    time.sleep(TIME + 1)
    check("confirmed it stays", weight(node) == 80)

    try_out(node, first, 70)
    node.kill_control()
    node.start_control()
    check("a control process that comes back in time goes on waiting", weight(node) == 70 and 0 < left(node) <= TIME, left(node))
    wait_until("it goes back", lambda: weight(node) == 80, timeout=TIME + 3)
    check("and goes back when the time has passed", True)

    try_out(node, first, 60)
    node.kill_control()
    time.sleep(TIME + 1)
    check("while the control process is dead nothing can go back", weight(node) == 60)
    node.start_control()
    wait_until("it goes back", lambda: weight(node) == 80, timeout=5)
    check("one that comes back too late goes back at once", True)
    node.control.stop(signal.SIGTERM)
    node.start_control()
    check("and its file, which still has it, does not bring it back", weight(node) == 80)


def try_out(node, text, weight_of_all):
    node.file.write_text(text.replace("weight: 100}", f"weight: {weight_of_all}}}"))
    return node.ctl_text("apply", node.file, "--confirm", f"{TIME}s")


def weight(node):
    services = node.ctl("services")["services"]
    return next(iter({backend["weight"] for service in services for backend in service["backends"]}))


def left(node):
    return node.ctl("status")["control"]["confirm_left_s"]


def refused(node, *words):
    try:
        return "not refused: " + node.ctl_text(*words)
    except Exception as refusal:  # its exit status is 1
        return str(refusal)
