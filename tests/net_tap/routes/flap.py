"""A peer's whole table is learned, withdrawn and learned again, timed against FRR alone, while a numbered stream loses nothing.

SLUICE_ROUTES=1000000 (IPv4, and a fifth as many IPv6) is the whole; the default is what an ordinary run has time for."""
import time

from lib.many_routes import PATIENCE, RATE, ROUTES, SETS, ManyRoutes
from lib.shell import wait_until

ROUNDS = 2
IDLE = 5  # seconds in which nothing changes: what our part uses then is not the routes'


def ask(rig, check):
    world = ManyRoutes(rig)
    world.start()
    world.baseline()
    check("before the peer announces anything the dataplane has its way to the server alone", list(world.learned()) == ["10.50.0.0/24"])
    world.give_worker_its_core()
    world.start_stream(ROUNDS * 10 * PATIENCE)

    alone, together, ours = [], [], []
    for number in range(1, ROUNDS + 1):
        alone.append(load_alone(world))
        together.append(load(world, ours))
        world.compare(check, f"round {number}")
    world.withdraw(*SETS)
    world.wait_dataplane()
    world.compare(check, "all withdrawn")
    world.announce(*SETS)
    world.wait_dataplane()
    world.compare(check, "after a flap of all")

    report = world.end_stream()
    check(f"of {report['sent']:,} packets at {RATE}/s over {report['flows']:,} flows none is lost, changed or doubled meanwhile "
          f"(longest gap {report['longest_gap_ms']} ms)", not report["lost"] and not report["wrong"] and not report["twice"],
          f"{len(report['lost'])} lost {report['lost'][:10]}, {report['wrong']} wrong, {report['twice']} twice")
    tell(check, world, alone, together, ours)


def load_alone(world):
    """A: FRR into the kernel without a control process; seconds. The dataplane goes on with what it has."""
    world.node.kill_control()
    world.withdraw(*SETS)
    world.wait_kernel()
    begun = time.monotonic()
    world.announce(*SETS)
    world.wait_kernel()
    taken = time.monotonic() - begun
    world.node.start_control()
    wait_until("the control process has the dataplane hold the kernel's routes", lambda: settled(world), timeout=PATIENCE)
    return taken


def load(world, ours):
    """B: the same into the dataplane; seconds, and into `ours` what our part's threads needed of the processor for it."""
    world.withdraw(*SETS)
    world.wait_dataplane()
    idle = world.processor_use(IDLE)
    before = world.processor_seconds()
    begun = time.monotonic()
    world.announce(*SETS)
    world.wait_dataplane()
    taken = time.monotonic() - begun
    used = world.processor_seconds() - before
    ours.append({name: max(seconds - idle.get(name, 0) * taken, 0) for name, seconds in used.items()})
    return taken


def settled(world):
    return world.in_dataplane() == world.base["dataplane"] + world.expected()


def tell(check, world, alone, together, ours):
    total = ROUTES + ROUTES // 5
    def shown(values):
        return ", ".join(f"{value:.1f}" for value in values)
    check(f"{total:,} routes: FRR into the kernel alone {shown(alone)} s, into the dataplane {shown(together)} s "
          f"(×{min(together) / min(alone):.2f}); beyond what it uses anyway our part took {shown(map(total_of, ours))} s "
          "of the processor",
          min(map(total_of, ours)) <= 1 + 5 * total / 1_200_000, ours)
    print("          by thread:", "; ".join(", ".join(f"{name} {seconds:.1f}" for name, seconds in sorted(each.items())) for each in ours))
    memory = ", ".join(f"{name} {now} (at most {most})" for name, (now, most) in world.memory().items())
    check(f"memory in MB: {memory}", True)


def total_of(threads):
    return sum(threads.values())
