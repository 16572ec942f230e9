"""A phone's HTTPS order crosses both gateways; without either of them it fails."""
from lib import gateways
from lib.evidence import judge, watch_order
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

    for node in (journey.cloud.node, journey.mobile.node):
        check(f"{node.name}: the counters balance before it is stopped", node.balanced()[0], node.balanced()[1])
        check.equal(f"{node.name}: both processes end well when asked to", node.stop(), [0, 0])
        answer, _ = journey.order(f"without-{node.name}", timeout=3)
        check(f"without {node.name} the order fails", answer is None, answer)
