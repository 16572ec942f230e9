"""The control process dies by SIGKILL in the middle of a stream and comes back: not one packet is lost."""
import json
import time

from lib import gateways
from lib.shell import wait_until
from lib.topology import Journey

RATE, SECONDS = 2_000, 15
KILLED_AT, STARTED_AT = 5, 8


def ask(rig, check):
    # 3,000 flows of one phone: eight blocks of 512 ports hold them.
    journey = Journey(rig, {"block_size": 512})
    journey.start()
    for host in journey.hosts:
        host.start_reverser()
    before = {node.name: generation(node) for node in rig.nodes}

    stream = journey.phone.start_peer("stream", "numbered_stream.py", gateways.ECHO_VIP, 7, RATE, SECONDS)
    started = time.monotonic()
    sleep_until(started + KILLED_AT)
    for node in rig.nodes:
        node.kill_control()
    sessions = {node.name: sessions_of(node) for node in rig.nodes}
    sleep_until(started + STARTED_AT)
    during = {node.name: node.ctl("status", check=False)["dataplane"] for node in rig.nodes}
    for node in rig.nodes:
        node.start_control()
    wait_until("the stream has ended", lambda: not stream.running(), timeout=SECONDS + 10)
    judge(rig, check, json.loads(stream.output().strip().splitlines()[-1]), before, sessions, during)


def judge(rig, check, report, before, sessions, during):
    check.equal(f"{RATE * SECONDS:,} packets were sent over {RATE * SECONDS // 10:,} flows", (report["sent"], report["flows"]),
                (RATE * SECONDS, RATE * SECONDS // 10))
    check(f"not one packet was lost, changed or doubled (longest gap {report['longest_gap_ms']} ms)",
          not report["lost"] and report["wrong"] == 0 and report["twice"] == 0,
          f"{len(report['lost'])} lost: {report['lost'][:20]}, {report['wrong']} wrong, {report['twice']} twice")
    for node in rig.nodes:
        said = during[node.name]
        check(f"{node.name}: says that its control process is gone", not said["control_connected"], said)
        check(f"{node.name}: forwarded new flows without it", said["sessions"] > sessions[node.name] > 0,
              (sessions[node.name], said["sessions"]))
        check(f"{node.name}: every session is still there", sessions_of(node) >= RATE * SECONDS // 10, sessions_of(node))
        check.equal(f"{node.name}: the control process programmed nothing when it came back", generation(node), before[node.name])


def generation(node):
    """Counts transactions: one more for each that the dataplane has committed."""
    return node.ctl("status")["dataplane"]["hello"]["generation"]


def sessions_of(node):
    return node.ctl("status", check=False)["dataplane"]["sessions"]


def sleep_until(moment):
    time.sleep(max(moment - time.monotonic(), 0))
