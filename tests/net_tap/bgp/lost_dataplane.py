"""The dataplane is killed by SIGKILL, with its control process alive and dead: BFD takes the peer's route to us away."""
import signal

from lib.frr import wait_established
from lib.routed import OF_NODE, OF_ROUTER, Routed
from lib.shell import wait_until

WITHIN = 0.9 + 0.3  # BFD's detection at 300 ms × 3, and what the promise allows beside it


def ask(rig, check):
    world = Routed(rig, routers=("first",))
    world.start()
    node = world.start_node_frr()
    world.start_router("first")
    lose(world, node, check, "alive")

    world.node.start_dataplane()
    wait_until("the control process has programmed the new dataplane", lambda: world.node.is_programmed(world.node.ctl("status")), timeout=30)
    lose(world, node, check, "dead")
    world.node.stop()


def lose(world, node, check, control):
    world.announce()
    wait_established((node, OF_ROUTER["first"]), (world.frr["first"], OF_NODE["first"]), timeout=60)
    wait_until("BFD is up", lambda: world.frr["first"].bfd_up(OF_NODE["first"]), 30)
    wait_until("the peer has our route", lambda: world.heard("first"))
    if control == "dead":
        world.node.kill_control()
    world.node.dataplane.stop(signal.SIGKILL)
    gone = world.time_until("the peer's route to us is gone", lambda: not world.heard("first"))
    check(f"control process {control}: the peer's route is gone {gone:.2f} s after the dataplane was killed", gone < WITHIN + 0.3, gone)
