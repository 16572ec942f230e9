"""A dataplane killed by SIGKILL takes its announcements along, whether the control process lives or not."""
import signal
import time

from lib import gateways
from lib.announcing import AS_OF_ROUTER, OneNode, RouteWatch, observer, router_frr, routes_of_ours
from lib.frr import wait_established
from lib.shell import wait_until

SERVICE = f"{gateways.ORDER_VIP}/32"
WANTED = {(gateways.ORDER_VIP, 100), (gateways.ECHO_VIP, 100)}
ROUNDS = 1  # three for the figures in control/README.md


def ask(rig, check):
    world = OneNode(rig)
    world.start()
    node = world.node
    beside = observer(rig, node)
    peer = router_frr(beside, "192.0.2.130")
    world.frr.configure("router bgp 65010", f"neighbor 192.0.2.129 remote-as {AS_OF_ROUTER}", "neighbor 192.0.2.129 timers connect 1")
    wait_established((peer, "192.0.2.130"))
    wait_until("the observer knows the service", lambda: SERVICE in peer.prefixes())
    kernel, elsewhere = RouteWatch(node.kernel), RouteWatch(beside)
    figures = {True: [], False: []}
    for _ in range(ROUNDS):
        for control_lives in (True, False):
            figures[control_lives].append(kill(check, node, kernel, elsewhere, control_lives))
    for control_lives, rows in figures.items():
        links, updates = zip(*rows)
        check(f"control process {'alive' if control_lives else 'dead'}: sluice0 was gone within {ms(links)}, and a peer whose session does "
              f"not run through the dataplane lost the route after {ms(updates)}",
              all(update.within(0.5) for update in updates), rows)


def kill(check, node, kernel, elsewhere, control_lives):
    """Returns how long the link and the observer's route outlived the dataplane."""
    wait_until("announced", lambda: routes_of_ours(node) == WANTED)
    if not control_lives:
        node.kill_control()
        check.equal("the death of the control process withdraws nothing", routes_of_ours(node), WANTED)
    for watch in (kernel, elsewhere):
        watch.mark()
    began = time.time()
    node.dataplane.stop(signal.SIGKILL)
    update = elsewhere.vanished(SERVICE)
    wait_until("sluice0 is gone", lambda: routes_of_ours(node) is None)
    link = kernel.vanished(SERVICE) if kernel_tells(kernel) else time.time() - began
    if not control_lives:
        node.control = None
    node.start_dataplane()
    early = routes_of_ours(node) if control_lives else set()
    check("a new dataplane announces nothing before it is programmed", early == set() or node.ctl("status")["control"]["announcing"]["waits_for"] == "", early)
    if node.control is None:
        node.start_control()
    elsewhere.appeared(SERVICE, timeout=20)
    return link, update


def kernel_tells(kernel):
    """Routes that go with their link are not always told of one by one."""
    return any(gone and what == gateways.ORDER_VIP for _, gone, what in kernel._events())


def ms(seconds):
    values = sorted(round(value * 1000) for value in seconds)
    return f"{values[0]}–{values[-1]} ms"
