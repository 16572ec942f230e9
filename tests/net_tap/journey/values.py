"""Another VNI, TEID or pool in the nodes' YAML changes what the peers see on the wire."""
from lib.evidence import judge, story, watch_order
from lib.topology import Journey

VNI, TEID, PEER_TEID, POOL = 7777, 0x51, 0x52, "203.0.113.96/29"


def ask(rig, check):
    mobile = {"pool": POOL, "teid": TEID, "peer_teid": PEER_TEID, "uplink_teid": TEID, "downlink_teid": PEER_TEID}
    journey = Journey(rig, mobile, {"vni": VNI, "host_vni": VNI})
    journey.start()
    evidence = watch_order(journey, "other-values")
    judge(check, evidence, TEID, PEER_TEID, POOL, VNI, journey.hosts)
    printed = story(evidence)
    named = [f"TEID {TEID:#x}\n", f"TEID {PEER_TEID:#x}\n", f"VNI {VNI},", "internet  203.0.113.9", "internet  203.0.113.10"]
    seen = [text in printed for text in named]
    check("the journey that the demo prints names the three other values", all(seen[:3]) and any(seen[3:]), printed)

    # Only the node changes, its peers do not: what it sends is no longer theirs, and the order must fail.
    cloud = journey.cloud.node
    cloud.file.write_text(cloud.file.read_text().replace(f"vni: {VNI}", "vni: 8888"))
    cloud.ctl_text("apply", cloud.file)
    evidence = watch_order(journey, "foreign-vni")
    check("with a VNI that the hosts do not have, applied live, the wire shows it and nobody answers",
          evidence.tunnel[2:3] == [8888] and evidence.answer is None, (evidence.tunnel, evidence.answer))

    mobile = journey.mobile.node
    mobile.file.write_text(mobile.file.read_text().replace(f"teid: {TEID:#x},", "teid: 0x99,"))
    mobile.ctl_text("apply", mobile.file)
    before = mobile.dropped().get("teid_unknown", 0)
    evidence = watch_order(journey, "foreign-teid")
    check("with a TEID that the radio does not use, the order dies as teid_unknown",
          evidence.answer is None and mobile.dropped().get("teid_unknown", 0) > before, mobile.dropped())
