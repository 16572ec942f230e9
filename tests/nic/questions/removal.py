"""A card that is pulled out takes its port's neighbours with it, not the process, and the kernel gets the card back."""
from emulated.world import SERVER, answers
from lib.shell import wait_until

PATIENCE = 30  # seconds; the slot waits five for a second press of its button


def ask(world, check):
    node, machine = world.node, world.machine
    machine.unplug(0)
    wait_until("the node gives the card back", lambda: not machine.plugged(0), PATIENCE, 0.2)
    check("the card can be pulled out: vfio-pci has got it back", True)
    wait_until("its port is down", lambda: not node.port("internet").get("up", False), 10)
    wait_until("its neighbours go", lambda: "internet" not in node.neighbor_interfaces(), 10)
    check("the port is said to be removed", node.port("internet").get("removed", False), node.port("internet"))
    check("both processes run, and the other port answers and keeps its neighbours",
          node.running() and answers(world.host.host, "10.20.0.2") and "fabric" in node.neighbor_interfaces())
    before = node.dropped()
    check("what should leave by it does not", not world.vm.pings(SERVER))
    after = node.dropped()
    named = {name: count - before.get(name, 0) for name, count in after.items() if count != before.get(name, 0)}
    check(f"and dies under a name: {', '.join(named)}", set(named) & {"port_removed", "neighbor_unresolved", "no_route"}, named)
