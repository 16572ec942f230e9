"""A routed ping, a service through VXLAN, TCP through NAT."""
import hashlib
import json

from emulated.world import SERVER, answers
from lib.shell import wait_until
from lib.topology import https

DOWNLOAD = 10 << 20


def ask(world, check):
    check("the host pings the server through the node", answers(world.host.host, SERVER))
    service(world, check)
    nat(world, check)


def service(world, check):
    files = world.rig.directory / "files"
    content = hashlib.shake_128(b"sluice").digest(DOWNLOAD)
    (files / "film").write_bytes(content)
    answer = https(world.server, world.rig.directory, "/purchaseOrder", "-X", "POST", "-H", "X-Order-Number: 7")
    check("an order to the service reaches the machine in its VXLAN tunnel", '"order": "7"' in answer, answer)
    got = world.rig.directory / "film"
    https(world.server, world.rig.directory, "/files/film", "-o", got, timeout=30)
    check(f"{DOWNLOAD >> 20} MiB over HTTPS from the service have the right hash",
          got.exists() and hashlib.sha256(got.read_bytes()).digest() == hashlib.sha256(content).digest())


def nat(world, check):
    world.server.start("iperf3-server", "iperf3", "-s", "-1")
    wait_until("iperf3 listens", lambda: ":5201" in world.server.run("ss", "-ltn"))
    result = json.loads(world.vm.run("iperf3", "-c", SERVER, "-t2", "-P4", "-J", check=False))
    rate = result.get("end", {}).get("sum_received", {}).get("bits_per_second", 0) / 1e6
    check(f"TCP over four flows through NAT: {rate:.0f} Mbit/s", rate > 10, result.get("error", ""))
