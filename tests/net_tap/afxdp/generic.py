"""A NIC whose driver has no XDP (a macvlan): the kernel runs the program itself, and everything goes the same ways."""
import signal

from lib.shared import KERNEL, SERVER, SharedNic
from lib.shell import wait_until
from lib.topology import https


def ask(rig, check):
    world = SharedNic(rig, native=False)
    world.start(bgp=False)
    wait_until("the service answers", lambda: "vm1" in https(world.internet.server, rig.directory, "/purchaseOrder", timeout=3))
    check("the service answers from behind VXLAN, and the phone pings through GTP-U and NAT",
          wait_until("a ping", lambda: world.phone.pings(SERVER)))
    check("the kernel answers beside", world.internet.router.pings(KERNEL))
    check("`ports` says generic XDP", {"xdp-generic", "copy"} <= set(world.port()["offloads"]), world.port()["offloads"])
    world.node.dataplane.stop(signal.SIGKILL)
    wait_until("SIGKILL leaves no program", lambda: "xdp" not in world.node.kernel.ip("-d link show dev eth2"))
    check("SIGKILL leaves no program", True)
    world.node.start_dataplane()
    wait_until("it serves again", lambda: "vm1" in https(world.internet.server, rig.directory, "/purchaseOrder", timeout=3))
