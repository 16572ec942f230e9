"""What strangers write into ZooKeeper: garbage, huge names, contradictions, thousands of nodes, a folder deleted. Refused
one by one, counted and shown; the good ones stand, and no transaction of the dataplane is refused."""
from lib.shell import wait_until
from lib.topology import CloudSide, Internet
from lib.zookeeper import ADDRESS, Zookeeper, folder, provider

INTERFACE, OTHER, BUSY = "com.shop.Target", "com.shop.Other", "com.shop.Busy"
SERVICES = "".join(f"""\
  {name}:
    address: {address}
    ports: [7/udp]
    network: shop
    backends: {{registry: dubbo, service: "{service}"}}
""" for name, address, service in (("target", "203.0.113.84", INTERFACE), ("other", "203.0.113.85", f"blue/{OTHER}:1.0.0"),
                                   ("busy", "203.0.113.86", BUSY))) + f"""\
registries:
  dubbo: {{zookeeper: ["{ADDRESS}"], confirm-after: 3s}}
"""
BAD = [
    "garbage", "%", "dubbo%3A%2F%2F", "dubbo%3A%2F%2Fshop1.example%3A7008", "x" * 200_000, "%zz" * 1_000,
    *(provider(host, port, INTERFACE, **more) for host, port, more in (
        ("10.1.0.31", 0, {}), ("10.1.0.31", 70000, {}), ("10.1.0.31", -1, {}), ("127.0.0.1", 7008, {}), ("0.0.0.0", 7008, {}),
        ("999.1.0.31", 7008, {}), ("10.1.0.31", 7008, {"weight": -5}), ("10.1.0.31", 7008, {"weight": 10**30}),
        ("10.1.0.31", 7008, {"disabled": "perhaps"}), ("10.1.0.31", 7008, {"group": "g" * 5_000}))),
    provider("10.1.0.31", 7008, OTHER),  # of another interface
]


def ask(rig, check):
    cloud = CloudSide(rig, Internet(rig), extra_services=SERVICES)
    node = cloud.node
    zookeeper = Zookeeper(rig, node)
    zookeeper.start()
    client = zookeeper.client()
    for interface in (INTERFACE, OTHER, BUSY):
        client.ensure_path(folder(interface))
    add(client, INTERFACE, "10.1.0.31", 7008)
    add(client, INTERFACE, "10.1.0.32", 7008, weight=50)
    cloud.start()
    wait_until("the good ones are used", lambda: backends(node, "target") == {"10.1.0.31": 100, "10.1.0.32": 50})

    for name in BAD:
        client.create(f"{folder(INTERFACE)}/{name}")
    shown = wait_until("all are skipped", lambda: (seen := feed(node))["skipped"] == len(BAD) and seen)
    check(f"{len(BAD)} bad entries are counted, the first is shown: {shown['first_skipped']}", bool(shown["first_skipped"]))
    check("the feed is synchronised all the same, and the good ones stand", shown["state"] == "synchronised" and
          backends(node, "target") == {"10.1.0.31": 100, "10.1.0.32": 50}, shown)
    check("sluicectl feeds says so", str(len(BAD)) in node.ctl_text("feeds") and INTERFACE in node.ctl_text("feeds"), node.ctl_text("feeds"))

    # What fits neither the service nor the others: the dataplane would refuse the whole of it.
    add(client, OTHER, "10.1.0.31", 7008, group="blue", version="1.0.0")
    add(client, OTHER, "10.1.0.33", 7008, group="blue", version="1.0.0")
    add(client, OTHER, "10.1.0.34", 7008)  # of no group: not asked for
    add(client, OTHER, "[2001:db8::5]", 7008, group="blue", version="1.0.0")
    wait_until("the one that fits is used", lambda: backends(node, "other") == {"10.1.0.33": 100})
    status = node.ctl("status")["control"]
    check(f"what contradicts another service is left out: {status['error']}", "2 of 3 backends of service other are left out" in status["error"] and
          "belongs to service target" in status["error"] and "refused" not in status["error"])

    thousands(check, node, client)
    vanishing(check, node, client)
    client.stop()


def thousands(check, node, client):
    for start in range(0, 5_000, 500):
        transaction = client.transaction()
        for number in range(start, start + 500):
            address = f"10.1.0.{number % 200 + 40}"
            transaction.create(f"{folder(BUSY)}/{provider(address, 10_000 + number, BUSY)}")
        transaction.commit()
    wait_until("5,000 backends are used", lambda: len(node.ctl("services", "busy")["services"][0].get("backends", [])) == 5_000, timeout=20)
    check("5,000 backends are used", True)
    before = feed(node)["entries"]
    for start in range(0, 5_000, 500):
        transaction = client.transaction()
        for number in range(start, start + 500):
            address = f"10.1.0.{number % 200 + 40}"
            transaction.delete(f"{folder(BUSY)}/{provider(address, 10_000 + number, BUSY)}")
        transaction.commit()
    shown = wait_until("the loss is held back", lambda: (seen := feed(node))["state"] == "stale" and seen)
    held = feed(node)["entries"]
    check(f"all of them gone at once: {held} of {before} are held; {shown['error']}", held * 2 >= before)
    wait_until("a second reading is believed", lambda: not backends(node, "busy"), timeout=20)
    check.equal("a second reading is believed", feed(node)["state"], "synchronised")


def vanishing(check, node, client):
    client.delete(f"/dubbo/{INTERFACE}", recursive=True)
    shown = wait_until("the feed is stale", lambda: (seen := feed(node))["state"] == "stale" and seen)
    check(f"a folder that vanishes takes no backend away: {shown['error']}", backends(node, "target") == {"10.1.0.31": 100, "10.1.0.32": 50})
    node.ctl_text("apply", node.file)
    wait_until("an operator's apply confirms it", lambda: not backends(node, "target"))
    check("an operator's apply confirms it", feed(node)["state"] == "synchronised")
    wait_until("what it had is free for another service", lambda: "10.1.0.31" in backends(node, "other"))
    client.ensure_path(folder(INTERFACE))
    add(client, INTERFACE, "10.1.0.32", 7008)
    wait_until("the folder is awaited", lambda: backends(node, "target") == {"10.1.0.32": 100})
    check("made again, it is followed again", True)


def add(client, interface, address, port, **parameters):
    client.create(f"{folder(interface)}/{provider(address, port, interface, **parameters)}", ephemeral=True)


def feed(node):
    found = next(feed for feed in node.ctl("feeds")["feeds"] if feed["name"] == "dubbo")
    return found | {key: int(found.get(key, 0)) for key in ("skipped", "entries")}


def backends(node, service):
    rows = node.ctl("services", service)["services"][0].get("backends", [])
    return {row["address"]: int(row["weight"]) for row in rows}
