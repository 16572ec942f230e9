"""A link that is lost takes its neighbours and nothing else, and comes back by itself."""
from emulated.world import SERVER, answers
from lib.shell import wait_until


def ask(world, check):
    node, machine = world.node, world.machine
    machine.set_link(0, False)
    wait_until("the node sees its link go", lambda: not node.port("internet").get("up", False), 10)
    wait_until("its neighbours there go with it", lambda: "internet" not in node.neighbor_interfaces(), 10)
    check("without a link its neighbours are gone, those of the other port are not", "fabric" in node.neighbor_interfaces())
    check("the other port answers", answers(world.host.host, "10.20.0.2"))
    machine.set_link(0, True)
    wait_until("the node sees its link come back", lambda: node.port("internet").get("up", False), 15)
    wait_until("packets find their way again", lambda: world.vm.pings(SERVER), 15)
    check("the link comes back, and packets with it", True)
