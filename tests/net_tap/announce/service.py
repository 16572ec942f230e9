"""A service is announced while it has a usable backend, EIPs and pools while the node forwards; a peer hears within 0.3 s."""
from lib import gateways
from lib.announcing import OneNode, RouteWatch, WITHIN, routes_of_ours
from lib.shell import wait_until

SERVICE, ECHO, EIP, POOL = f"{gateways.ORDER_VIP}/32", f"{gateways.ECHO_VIP}/32", "203.0.113.10/32", "203.0.113.64/28"
MORE = """nat:
  pools:
    carrier: {addresses: [203.0.113.64/28]}
  rules:
    - {network: shop, pool: carrier}
  eips:
    - {public: 203.0.113.10, network: shop, private: 10.1.0.31}
"""
KINDS = {SERVICE: 100, ECHO: 100, EIP: 101, POOL: 102}
ROUNDS = 5


def ask(rig, check):
    world = OneNode(rig, MORE)
    world.start()
    node = world.node
    wait_until("all of it is at the peer", lambda: set(KINDS) <= set(world.peer.prefixes()))
    kinds(check, world)
    watch = RouteWatch(world.router)
    backends(check, world, watch)
    drained(check, world, watch)
    restarted(check, world)
    unconfigured(check, world, watch)
    check.equal("nothing is left of the node's announcements when nothing is allowed", routes_of_ours(node), set())


def kinds(check, world):
    paths = {prefix: world.peer.show(f"show bgp ipv4 unicast {prefix} json") for prefix in KINDS}
    heard = {prefix: path.get("paths", [{}])[0].get("community", {}).get("string") for prefix, path in paths.items()}
    check.equal("the peer can tell services, EIPs and pools apart", heard,
                {prefix: f"65010:{metric}" for prefix, metric in KINDS.items()})
    announced = {row["prefix"]: row for row in world.node.ctl("announcements")["announcements"]}
    check.equal("sluicectl lists them with their kinds", {prefix: row["kind"] for prefix, row in announced.items()},
                {SERVICE: "service", ECHO: "service", EIP: "eip", POOL: "nat-pool"})
    check("all of them announced, since seconds", all(row["announced"] and row["age_s"] < 60 for row in announced.values()), announced)
    check("services and status say so too", "  announced " in world.node.ctl_text("services", "order")
          and "4 prefixes of 4" in world.node.ctl_text("status"), world.node.ctl_text("status"))


def backends(check, world, watch):
    node = world.node
    good = node.file.read_text()
    gone, back = [], []
    for _ in range(ROUNDS):
        node.file.write_text(good.replace("port: 8443, weight: 100", "port: 8443, weight: 0"))
        watch.mark()
        node.ctl_text("apply", node.file)
        gone.append(watch.vanished(SERVICE))
        node.file.write_text(good)
        watch.mark()
        node.ctl_text("apply", node.file)
        back.append(watch.appeared(SERVICE))
    check(f"the last usable backend goes: the peer's route is gone {in_ms(gone)} later", all(each.within(WITHIN) for each in gone), told(gone))
    check(f"one comes back: the peer has its route {in_ms(back)} later", all(each.within(WITHIN) for each in back), told(back))
    check.equal("the other service was not touched", [row for row in watch.process.output().splitlines() if f"Deleted {gateways.ECHO_VIP} " in row], [])


def drained(check, world, watch):
    node = world.node
    watch.mark()
    said = node.ctl_text("drain", "node")
    took = [watch.vanished(prefix) for prefix in KINDS]
    check(f"drain node withdraws all of it: the peer's routes are gone {in_ms(took)} later", all(each.within(WITHIN) for each in took), told(took))
    check("and says how long that lasts", "until `sluicectl undrain node`" in said and "drained" in node.ctl_text("status"), said)
    node.control.stop()
    node.start_control()
    check("a drained node stays drained over a restart", routes_of_ours(node) == set() and "drained" in node.ctl_text("status"))
    watch.mark()
    node.ctl_text("undrain", "node")
    for prefix in KINDS:
        watch.appeared(prefix)
    check("undrain announces it again", set(KINDS) <= set(world.peer.prefixes()))


def restarted(check, world):
    """The control process goes and comes: adopted and compared, never flushed."""
    node = world.node
    monitor = RouteWatch(node.kernel)
    node.kill_control()
    node.kernel.ip("route add 203.0.113.200/32 dev sluice0 proto 199 metric 100")  # wanted by nobody
    node.kernel.ip(f"route del {ECHO} dev sluice0")                                # wanted
    node.kernel.ip("route add 203.0.113.201/32 dev sluice0 proto static")          # the operator's own
    wanted = set((prefix.removesuffix("/32"), metric) for prefix, metric in KINDS.items())
    monitor.mark()
    node.start_control()
    wait_until("the routes are as wanted", lambda: routes_of_ours(node) == wanted)
    touched = sorted({what for _, _, what in monitor.seen() if what.startswith("203.0.113.")})
    check.equal("a new control process changes what differs and nothing else", touched,
                ["203.0.113.200", gateways.ECHO_VIP])
    check("a route of somebody else's on the link is left alone", "203.0.113.201" in node.kernel.ip("route show dev sluice0"))
    node.kernel.ip("route del 203.0.113.201/32 dev sluice0")


def unconfigured(check, world, watch):
    node = world.node
    good = node.file.read_text()
    node.file.write_text(good.replace("services: {}, ", ""))
    watch.mark()
    node.ctl_text("apply", node.file)
    watch.vanished(SERVICE)
    check.equal("a kind that is no longer allowed is withdrawn, the others stay",
                routes_of_ours(node), {("203.0.113.10", 101), ("203.0.113.64/28", 102)})
    node.file.write_text(good.replace("bgp:", "#"))
    watch.mark()
    node.ctl_text("apply", node.file)
    watch.vanished(POOL)


def told(all_took):
    return [f"{took:.3f} s, {took.waited:.3f} waiting for a processor" for took in all_took]


def in_ms(seconds):
    milliseconds = sorted(round(value * 1000) for value in seconds)
    return f"{milliseconds[0]}–{milliseconds[-1]} ms"
