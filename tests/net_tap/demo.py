#!/usr/bin/python3
"""One order crosses the gateway: builds the whole journey, posts orders from the phone, prints the evidence hop by hop.

Exit 0 only if everything held. What it created is removed at the end, also after Ctrl-C, unless --keep is given."""
import argparse
import sys
import time

from lib import gateways
from lib.check import Check
from lib.evidence import judge, story, watch_order
from lib.guard import Interrupted, interruptible
from lib.rig import Rig, clean_up
from lib.shell import Failure, wait_until
from lib.told import SERVICE_ROUTE, ToldJourney, routes, sources


def main():
    options = arguments()
    if options.clean:
        clean_up(f"sl-{options.name}")
        return 0
    check = Check()
    try:
        with interruptible(Rig(options.name)) as rig:
            perform(rig, options, check)
    except Interrupted as why:
        print(f"demo: {why}: everything removed", file=sys.stderr)
        return 130
    except Failure as failure:
        print(f"demo: {failure}", file=sys.stderr)
        return 1
    print(f"\n{check.summary()}")
    return 0 if check.failed == 0 else 1


def arguments():
    parser = argparse.ArgumentParser(prog="tools/demo", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave it up and print what to try")
    parser.add_argument("--clean", action="store_true", help="remove what --keep left, and do nothing else")
    parser.add_argument("--orders", type=int, default=20, help="orders to post after the first (default 20)")
    parser.add_argument("--without", choices=["bgp", "registry"], help="start no FRR, or no ZooKeeper: the order cannot arrive")
    parser.add_argument("--name", default="demo", help="names begin with sl-NAME (default demo)")
    changes = parser.add_argument_group("other values in the nodes' configuration")
    changes.add_argument("--vni", type=int, default=gateways.VNI)
    changes.add_argument("--teid", type=lambda text: int(text, 0), default=gateways.TEID)
    changes.add_argument("--peer-teid", type=lambda text: int(text, 0), default=gateways.PEER_TEID)
    changes.add_argument("--pool", default=gateways.POOL)
    changes.add_argument("--peers-follow", action="store_true", help="radio and hosts use the same values, so that orders arrive")
    return parser.parse_args()


def perform(rig, options, check):
    journey = build(rig, options)
    first_order(journey, options, check)
    told(journey, check)
    more_orders(journey, options, check)
    if check.failed == 0:
        machine_dies(journey, options, check)
    counters(rig, check)
    if options.keep:
        print(what_to_try(journey))
        rig.leave_running()


def build(rig, options):
    print("building: phone, radio, mobile gateway, internet, cloud gateway, fabric, two hosts; FRR on three of them, ZooKeeper", flush=True)
    mobile = {"pool": options.pool, "teid": options.teid, "peer_teid": options.peer_teid}
    cloud = {"vni": options.vni}
    if options.peers_follow:
        mobile.update(uplink_teid=options.teid, downlink_teid=options.peer_teid)
        cloud.update(host_vni=options.vni)
    journey = ToldJourney(rig, mobile, cloud, with_bgp=options.without != "bgp", with_registry=options.without != "registry")
    journey.start()
    if options.without is None:
        journey.wait_until_told()
    return journey


def first_order(journey, options, check):
    number = f"{time.strftime('%Y%m%d-%H%M%S')}-0"
    evidence = watch_order(journey, number)
    print(f"\nthe journey of order {number}, as the peers' tcpdump saw it:\n{story(evidence)}\n")
    judge(check, evidence, options.teid, options.peer_teid, options.pool, options.vni, journey.hosts)


def told(journey, check):
    """Who told the nodes what the order used."""
    mobile, cloud = journey.mobile.node, journey.cloud.node
    print("who told the nodes (sluicectl routes, neighbors, services):")
    ways = []
    for node, wanted in ((mobile, [SERVICE_ROUTE]), (cloud, sources(cloud, "bgp"))):
        ways += [(node, route) for route in routes(node) if route["prefix"] in wanted]
        neighbors = [{**entry["neighbor"], "interface": entry["interface"]} for entry in node.ctl("neighbors")["neighbors"]]
        for row in neighbors:
            print(f"  {node.name:<16}neighbour {row['address']} on {row['interface']:<12} {row['source']}")
        check(f"{node.name}: its neighbours come from the kernel",
              bool(neighbors) and all(row["source"] == "kernel" for row in neighbors), neighbors)
    for node, row in ways:
        print(f"  {node.name:<16}route {row['prefix']:<32} {row['source']}")
    check("BGP told the way to the service and the way back",
          {node.name for node, row in ways if row["source"] == "bgp"} == {mobile.name, cloud.name}, ways)
    order = next(row for row in cloud.ctl("services")["services"] if row["name"] == "order")
    backends = sorted(row["address"] for row in order.get("backends", []))
    print(f"  {cloud.name:<16}backends {', '.join(backends) or 'none':<29} {order['source']}")
    check("the registry named the machines", order["source"].startswith("registry") and
          backends == sorted(host.address for host in journey.hosts), order)


def machine_dies(journey, options, check):
    """One machine goes; new orders find the other."""
    gone, left = journey.hosts
    print(f"\n{gone.name} ends: its web server, and its entry in the registry")
    journey.kill_machine(gone)
    wait_until("the cloud gateway has heard of it", lambda: gone.address not in journey.cloud.node.ctl_text("services", "order"))
    numbers = [f"{time.strftime('%Y%m%d-%H%M%S')}-after-{i}" for i in range(options.orders)]
    served = [(journey.order(number, timeout=5)[0] or {}).get("backend") for number in numbers]
    check(f"{options.orders} new orders go to {left.name}", served == [left.name] * options.orders, served)


def more_orders(journey, options, check):
    numbers = [f"{time.strftime('%Y%m%d-%H%M%S')}-{i}" for i in range(1, options.orders + 1)]
    answered = {}
    for number in numbers:
        answer, _ = journey.order(number, timeout=5)
        if answer is None:
            break  # no point in waiting for each of the others
        answered[answer["order"]] = answer["backend"]
    shares = {host.name: sum(backend == host.name for backend in answered.values()) for host in journey.hosts}
    check(f"{options.orders} more orders are answered, each with its own number", sorted(answered) == sorted(numbers),
          f"{len(answered)} of {len(numbers)}")
    check(f"both backends took part ({', '.join(f'{name} {count}' for name, count in shares.items())})", all(shares.values()))


def counters(rig, check):
    for node in rig.nodes:
        print(f"\n{node.name}: {brief(node)}")
        holds, said = node.balanced()
        law = next((line for line in said.splitlines() if "received" in line), said)
        print(f"  {law}")
        check(f"{node.name}: both processes run and the counters balance", holds and node.running(), said)


def brief(node):
    """Counters from the node's --json in two lines."""
    ports = ", ".join(f"{port['name']} {int(port.get('rx_packets', 0))} in {int(port.get('tx_packets', 0))} out"
                      for port in node.ctl("ports").get("ports", []))
    sessions = node.ctl("sessions", "--limit", "1").get("total", 0)
    backends = ", ".join(f"{backend['address']} {backend.get('flows', 0)} flows"
                         for service in node.ctl("services").get("services", []) for backend in service.get("backends", []))
    drops = ", ".join(f"{name} {count}" for name, count in node.dropped().items()) or "none"
    return f"ports: {ports}; sessions: {sessions}" + (f"; backends: {backends}" if backends else "") + f"; drops: {drops}"


def what_to_try(journey):
    rig = journey.rig
    phone = journey.phone.name
    post = "curl --cacert {0}/ca.pem --resolve order.example:443:203.0.113.80 -X POST -H 'X-Order-Number: 7' https://order.example/purchaseOrder"
    return f"""
left running; try:
  ip netns exec {phone} {post.format(rig.directory)}
  ip netns exec {rig.prefix}-radio tcpdump -ni n3 udp port 2152
  ip netns exec {rig.prefix}-fabric tcpdump -ni cloud udp port 4789
  {rig.program('sluicectl')} --node {rig.prefix}-cloud services
  {rig.program('sluicectl')} --node {rig.prefix}-mobile sessions
  configurations and logs: {rig.directory}
remove it with: tools/demo --clean"""


if __name__ == "__main__":
    sys.exit(main())
