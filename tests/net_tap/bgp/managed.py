"""Managed: FRR's configuration is written from the YAML and applied without touching sessions that stay as they are."""
import os
import stat
from pathlib import Path

from lib.frr import Frr
from lib.routed import AS_OF_NODE, AS_OF_ROUTERS, OF_NODE, OF_ROUTER, SERVED, SERVER, Routed
from lib.shell import wait_until

PASSWORD = "p|w?d\"x'y\\z#!$(id)"  # FRR has no quotes: whatever of it had a meaning would show


def section(med=50, community="64512:100", second=True):
    neighbors = f"    first: {{address: {OF_ROUTER['first']}, as: {AS_OF_ROUTERS}, password-file: password, bfd: {{}}}}\n"
    if second:
        neighbors += f"    second: {{address: {OF_ROUTER['second']}, as: {AS_OF_ROUTERS}, bfd: {{interval: 300ms}}, gtsm: true}}\n"
    return (f"bgp:\n  mode: managed\n  as: {AS_OF_NODE}\n  neighbors:\n{neighbors}"
            f"  announce:\n    eips: {{to: [first], med: {med}, communities: [\"{community}\"]}}\n")


def ask(rig, check):
    world = Routed(rig, section())
    (rig.directory / "password").write_text(PASSWORD + "\n")
    world.start()
    started(world, check)
    first = world.start_router("first", ("bfd profile fast", f"password {PASSWORD}"))
    world.start_router("second", ("bfd profile fast", "ttl-security hops 1"))
    wait_until("both next hops in the dataplane", lambda: world.hops() == sorted(OF_ROUTER.values()), timeout=40)
    check("a password of any characters and GTSM make sessions; both peers' routes are in the dataplane", world.client.pings(SERVER))

    world.announce()
    wait_until("the first hears of us", lambda: heard(first))
    check.equal("the address is announced with its MED and community", heard(first), (50, "64512:100"))
    check("and to nobody else", not world.heard("second"))
    learned = world.frr["second"].prefixes()
    check("routes of one peer are not passed on to another", len(learned.get(SERVED, [])) == 1, learned.get(SERVED))
    applied(world, check, first)
    restarted(world, check)
    unseen(world, check)


def started(world, check):
    """The control process has written what FRR starts with, and says that it does not run."""
    node, folder = world.node, Path("/etc/frr") / world.node.name
    said = wait_until("the status says that FRR does not run", lambda: feed(node, "frr").get("error"))
    check("while FRR does not run the status says so", "does not run" in said, said)
    file = folder / "frr.conf"
    mode = wait_until("frr.conf", lambda: file.exists() and file.stat())
    check.equal("frr.conf is FRR's and for nobody else to read", (mode.st_uid != 0, stat.S_IMODE(mode.st_mode)), (True, 0o640))
    world.frr["node"] = Frr(node.kernel, owns_settings=False).start()
    wait_until("the status says that FRR has it", lambda: feed(node, "frr").get("state") == "synchronised", timeout=60)
    check("once it runs it is given its configuration", True)


def applied(world, check, first):
    """A change of the YAML reaches the peer; the session that nothing changed about stays up."""
    since, flaps = uptime(first), bfd_downs(first)
    world.bgp = section(med=70, community="64512:200", second=False)
    world.node.configure(world._configuration)
    world.node.ctl("apply", world.node.file)
    changed = world.time_until("the peer sees the change", lambda: heard(first) == (70, "64512:200"), timeout=60)
    check(f"another MED and community are at the peer {changed:.1f} s after the apply", True)
    wait_until("the neighbour that is no longer there has gone", lambda: world.hops() == [OF_ROUTER["first"]], timeout=60)
    check("the neighbour that was taken away is gone, with its routes", True)
    check("the other session was never down", uptime(first) >= since, (uptime(first), since))
    check.equal("nor its BFD", bfd_downs(first), flaps)


def bfd_downs(frr):
    return sum(row.get("session-down", 0) for row in frr.show("show bfd peers counters json"))


def restarted(world, check):
    """bgpd dies and is started anew, empty: it gets its configuration again."""
    node = world.frr["node"]
    node.kill(["bgpd"])
    said = wait_until("the status says who is gone", lambda: feed(world.node, "routing").get("state") == "stale" and feed(world.node, "routing")["error"])
    check("a killed bgpd is named, and how long its routes are used", "bgpd.pid" in said and "2m" in said, said)
    (node.run_directory / "bgpd.vty").unlink(missing_ok=True)
    node.start_daemon("bgpd")
    wait_until("the session is up again", lambda: node.established(OF_ROUTER["first"]), timeout=60)
    check("a bgpd that was started anew is configured again", wait_until("its routes", lambda: world.hops() == [OF_ROUTER["first"]]))
    wait_until("the status is well again", lambda: feed(world.node, "routing").get("state") == "synchronised")


def unseen(world, check):
    """The password is in FRR's file and nowhere else that anybody may read."""
    places = [world.rig.directory / f"{log}.log" for log in ("node-control", "node-dataplane")]
    said = "".join(place.read_text(errors="replace") for place in places)
    said += world.node.ctl_text("status", "--json") + world.node.ctl_text("feeds", "--json") + world.node.ctl_text("diff", str(world.node.file))
    said += Path("/var/log/frr/frr-reload.log").read_text(errors="replace") if os.path.exists("/var/log/frr/frr-reload.log") else ""
    check("the password is in no log and no answer", PASSWORD not in said)


def feed(node, name):
    return next((row for row in node.ctl("feeds")["feeds"] if row["name"] == name), {})


def heard(frr):
    """(MED, community) of our announcement, or None."""
    paths = frr.show("show bgp ipv4 unicast 203.0.113.80/32 json").get("paths", [])
    return (paths[0].get("metric"), paths[0].get("community", {}).get("string")) if paths else None


def uptime(frr):
    return frr.show(f"show bgp neighbors {OF_NODE['first']} json").get(OF_NODE["first"], {}).get("bgpTimerUpMsec", -1)
