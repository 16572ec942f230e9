"""A phone's HTTPS order crosses both gateways; without either of them, the other running, it fails."""
from lib import gateways
from lib.evidence import judge, watch_order
from lib.shell import wait_until
from lib.topology import Journey


def ask(rig, check):
    journey = Journey(rig)
    journey.start()
    evidence = watch_order(journey, "first")
    judge(check, evidence, gateways.TEID, gateways.PEER_TEID, gateways.POOL, gateways.VNI, journey.hosts)

    answers = [journey.order(f"order-{number}")[0] for number in range(20)]
    check.equal("20 orders are answered, each with its own number", [answer and answer["order"] for answer in answers],
                [f"order-{number}" for number in range(20)])
    backends = {answer["backend"] for answer in answers if answer}
    check.equal("both backends took part", backends, {"vm1", "vm2"})

    without(journey, check, journey.cloud.node)
    journey.cloud.node.start()
    journey.internet.routes_to_cloud()  # they went with the link
    wait_until("the order arrives again with the cloud gateway back", lambda: journey.order("again", timeout=3)[0])
    without(journey, check, journey.mobile.node)


def without(journey, check, node):
    check(f"{node.name}: the counters balance before it is stopped", *node.balanced())
    check.equal(f"{node.name}: both processes end well when asked to", node.stop(), [0, 0])
    answer, _ = journey.order(f"without-{node.name}", timeout=3)
    check(f"without {node.name} the order fails", answer is None, answer)
