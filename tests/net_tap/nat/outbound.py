"""A phone's TCP, UDP, pings and traceroute reach a server under public addresses of the pool, and only under those."""
import ipaddress
import json
import re

from lib import gateways
from lib.capture import Capture
from lib.shell import wait_until
from lib.topology import Internet, MobileSide

SERVER = "192.0.2.9"


def ask(rig, check):
    internet = Internet(rig)
    mobile = MobileSide(rig, internet)
    mobile.start()
    phone, server, node = mobile.phone, internet.server, mobile.node
    server.start_peer("reverser", "reverser.py", 7)
    server.start("iperf3-server", "iperf3", "-s")
    wait_until("iperf3 listens", lambda: ":5201" in server.run("ss", "-ltn"))

    with Capture(internet.router, "mobile", "ip") as wire:
        check("a ping comes back", phone.pings(SERVER))
        check("50 pings come back, none lost", " 0% packet loss" in phone.run("ping", "-nq", "-c50", "-i0.02", SERVER, check=False))
        report = stream(phone)
        check("UDP over 100 flows comes back, none lost", not report["lost"] and report["sent"] == 1_000 and report["wrong"] == 0, report)
        result = json.loads(phone.run("iperf3", "-c", SERVER, "-t2", "-P4", "-J"))
        check(f"TCP over four flows: {mbit(result):.0f} Mbit/s", mbit(result) > 50, result.get("error", ""))
        hops = traceroute(phone)
        check.equal("traceroute sees radio, gateway, router and server", hops, ["100.64.0.1", "10.255.0.1", "198.51.100.1", SERVER])
    # ICMP errors carry the phone's packets inside; they are the routers' own.
    sources = {row[0][0] for row in wire.fields(f"ip.dst == {SERVER} && !(icmp.type == 3 || icmp.type == 11)", "ip.src")}
    pool = ipaddress.ip_network(gateways.POOL)
    check("the server saw only addresses of the pool", sources and all(ipaddress.ip_address(source) in pool for source in sources), sources)
    check.equal("and always the same one: a phone keeps its public address (RFC 4787 section 4.1)", len(sources), 1)

    public = sources.pop()
    unasked(check, internet, node, public)
    explained(check, node, public)
    sessions = node.ctl("sessions", "--address", SERVER, "--protocol", "udp", "--limit", "0")
    check.equal("sluicectl shows the UDP sessions of that server", sessions["total"] >= 100, True)


def stream(phone):
    return phone.peer("numbered_stream.py", SERVER, 7, 500, 2)


def mbit(result):
    return result.get("end", {}).get("sum_received", {}).get("bits_per_second", 0) / 1e6


def traceroute(phone):
    lines = phone.run("traceroute", "-n", "-q1", "-w2", SERVER, check=False).splitlines()[1:]
    return [match[1] for line in lines if (match := re.match(r"\s*\d+\s+(\S+)", line))]


def unasked(check, internet, node, public):
    before = node.dropped().get("no_session", 0)
    internet.server.run("python3", "-c", f"import socket; socket.socket(2, 2).sendto(b'who?', ('{public}', 40000))")
    wait_until("what nobody asked for dies as no_session", lambda: node.dropped().get("no_session", 0) == before + 1)
    check("what nobody asked for dies as no_session", True)


def explained(check, node, public):
    """What `why` foretells of a phone's packet, and that asking leaves nothing behind."""
    before = node.ctl("sessions", "--limit", "1")["total"]
    told = node.ctl("why", "phones", "100.64.0.7:41000", f"{SERVER}:9/udp")
    lines = [line for step in told["steps"] for line in step["lines"]]
    check("why gives a new flow of the phone its public address and sends it to the router",
          told["verdict"] == "sent" and any(line.startswith(f"becomes {public}:") for line in lines)
          and "via 198.51.100.1 on internet" in " ".join(lines), told)
    late = node.ctl("why", "phones", "100.64.0.7:41000", f"{SERVER}:9/tcp", "--established", check=False)
    check.equal("and names the reason for which a stray TCP segment dies", late["reason"]["name"], "tcp_without_session")
    check("no session came of it", node.ctl("sessions", "--limit", "1")["total"] <= before)
