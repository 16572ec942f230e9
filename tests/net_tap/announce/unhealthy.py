"""The last backend fails its health checks: the peer's route is gone within the checks' time + 0.3 s; it is back when one is up."""
from lib import gateways
from lib.announcing import OneNode, RouteWatch, WITHIN
from lib.shell import wait_until

INTERVAL, TIMEOUT, RISE, FALL = 0.5, 0.3, 2, 2  # seconds, seconds, checks, checks
HEALTH = f"tcp: true, interval: {round(INTERVAL * 1000)}ms, timeout: {round(TIMEOUT * 1000)}ms, jitter: 50ms, rise: {RISE}, fall: {FALL}, all-down: fail-closed"
SERVICE, ECHO = f"{gateways.ORDER_VIP}/32", f"{gateways.ECHO_VIP}/32"
SIX = "2001:db8:80::80"
OF_SIX = f"""\
  six:
    address: "{SIX}"
    ports: [7000/tcp]
    network: public
    backends:
      - {{address: "2001:db8:5::9", port: 7000}}
"""


def ask(rig, check):
    world = OneNode(rig, health=HEALTH, extra_services=OF_SIX)
    world.start()
    machines = world.cloud.hosts
    for machine in machines:
        machine.start_nginx()
    wait_until("both machines are up", lambda: states(world) == ["used", "used"], timeout=20)
    wait_until("the peer has the services' routes", lambda: {SERVICE, ECHO} <= set(world.peer.prefixes()))
    wait_until("the peer hears of the IPv6 address", lambda: f"{SIX}/128" in world.peer.prefixes("ipv6"))
    check("an IPv6 service is announced in its own family", f"{SIX}/128" not in world.peer.prefixes())

    watch = RouteWatch(world.router)
    machines[0].nginx.stop(9)
    wait_until("the first machine is found to be down", lambda: states(world) == ["unhealthy", "used"], timeout=20)
    check("with one machine of two left the address stays announced", SERVICE in world.peer.prefixes() and not touched(watch, SERVICE))

    detection = FALL * INTERVAL + TIMEOUT
    watch.mark()
    machines[1].nginx.stop(9)
    took = watch.vanished(SERVICE)
    check(f"the last one is killed: the peer's route is gone {took:.2f} s later, {detection:.1f} + {WITHIN} at most", took.within(detection + WITHIN), (took, took.waited))
    said = world.node.ctl_text("services", "order")
    check("sluicectl says why", said.count(f"connection refused ({FALL} of {FALL})") == 2, said)
    check("the other service's route was not touched", not touched(watch, ECHO))

    watch.mark()
    machines[1].nginx = machines[1].run_nginx()
    took = watch.appeared(SERVICE)
    bound = RISE * INTERVAL + TIMEOUT
    check(f"it is back: the peer has the route {took:.2f} s later, {bound:.1f} + {WITHIN} and nginx' start at most", took.within(bound + WITHIN + 0.5), (took, took.waited))

    world.node.file.write_text(world.node.file.read_text().replace('address: "2001:db8:5::9", port: 7000', 'address: "2001:db8:5::9", port: 7000, weight: 0'))
    world.node.ctl_text("apply", world.node.file)
    wait_until("the IPv6 address is withdrawn", lambda: f"{SIX}/128" not in world.peer.prefixes("ipv6"), timeout=5)
    check("the IPv6 service without a usable backend is withdrawn", True)


def states(world):
    return [backend["state"] for backend in world.node.ctl("services", "order")["services"][0]["backends"]]


def touched(watch, prefix):
    bare = prefix.removesuffix("/32")
    return [event for event in watch.seen() if event[2] == bare]
