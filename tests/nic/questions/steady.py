"""No packet of a steady stream over many flows is lost, and RSS fills the queues that it promises."""
from emulated.configuration import RX_RING
from emulated.world import PORTS, SERVER, answers

RATE, SECONDS = 2_000, 3  # packets/s each way; an emulated card takes several times that on an idle machine
TRIES = 3                 # an emulated card stands still when its host is busy, and what comes meanwhile is lost


def ask(world, check):
    node = world.node
    check("the virtual machine pings the server through VXLAN and NAT", answers(world.vm, SERVER))
    for _ in range(TRIES):
        before, dropped, missed = node.received_by_worker(), drops(node), missed_by(node)
        report = world.vm.peer("numbered_stream.py", SERVER, 7, RATE, SECONDS)
        by_worker = [now - then for now, then in zip(node.received_by_worker(), before)]
        named = {name: count - dropped.get(name, 0) for name, count in drops(node).items() if count != dropped.get(name, 0)}
        named |= {"missed by a card": missed_by(node) - missed} if missed_by(node) != missed else {}
        lost = len(report["lost"])
        if not lost:
            break
        print(f"          {lost} of {report['sent']:,} lost on a busy machine: {named or 'none of them in the node'}")
    check(f"{RATE:,} packets/s each way over {report['flows']} flows: {report['sent']:,} sent, {lost} lost",
          lost == 0 and report["wrong"] == 0 and report["sent"] == RATE * SECONDS, report | {"lost": lost})
    check("the node dropped none of them, its cards missed none", not named, named)
    ports = node.ports()
    for index, name in enumerate(PORTS):
        print(described(ports[name], world.machine.address(index)))
    print(f"          received by worker: {', '.join(map(str, by_worker))}")
    look_at_rings(world, check, ports)
    if world.nic.spreads:
        filled = sum(count > report["sent"] / 10 for count in by_worker)
        check(f"RSS fills {filled} of 2 workers", filled == 2, by_worker)
        check("as the card's redirection table says", all(port.get("rss_queues") == 2 for port in ports.values()), ports)


def drops(node):
    """But for the host's bridge, which asks about machines when it likes."""
    return {name: count for name, count in node.dropped().items() if name != "arp_unanswered"}


def missed_by(node):
    return sum(port["nic_missed"] for port in node.ports().values())


def look_at_rings(world, check, ports):
    longest = world.nic.longest_ring
    warnings = [line for line in world.node.ctl("status")["dataplane"]["warnings"] if "descriptors" in line]
    check.equal("a ring that the card does not have is warned of", warnings,
                [f"ports.internet.rx-descriptors: {RX_RING} are asked for, the device has {longest}"] if longest else [])
    if world.nic.tells_rings:
        check.equal("rings are as long as can be, as was asked for, as usual", [rings(ports[name]) for name in PORTS],
                    [(longest, 512), (2048, 1024)])


def rings(port):
    """Of each queue: to receive by and to send by."""
    return port["rx_descriptors"], port["tx_descriptors"]


def described(port, address):
    used, missing = (", ".join(port.get(which, [])) or "none" for which in ("offloads", "missing_offloads"))
    table, hashes = port.get("rss_table", 0), ", ".join(port.get("rss_types", []))
    rss = f"RSS over {port.get('rss_queues', 0)} by a table of {table}" if table else "a card that shows no RSS table"
    return (f"          {port['name']}: {port['driver']} {address}, received {port['rx_packets']}, sent {port['tx_packets']}, missed "
            f"{port['nic_missed']}; {port['queues']} receive queues, rings {rings(port)}, {rss}{f' ({hashes})' if hashes else ''}\n"
            f"          {port['name']}: MTU up to {port['largest_mtu']}, used {used}, not offered {missing}")
