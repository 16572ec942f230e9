"""How long from a registry's change to the first packet at the new backend: ZooKeeper and file, SLUICE_CHANGES times each (200).

Goals: a median of 10 ms, 50 ms in the 99th of a hundred. They hold on a quiet machine and are judged when SLUICE_CHANGES asks
for a measurement; otherwise a median of five times as much is one that a timer or a poll has crept into."""
import os
import random
import select
import socket
import time

from lib.shell import Failure
from lib.topology import CloudSide, Internet
from lib.zookeeper import ADDRESS, Zookeeper, folder, provider

MEASURED = "SLUICE_CHANGES" in os.environ
CHANGES = int(os.environ.get("SLUICE_CHANGES", "200"))
MEDIAN_MS, P99_MS = 10, 50
INTERFACE = "com.shop.Named"
SERVICES = {"zookeeper": ("203.0.113.84", 7008), "file": ("203.0.113.85", 7009)}  # by kind: address, port of the backends
MACHINES = {"vm1": "10.1.0.31", "vm2": "10.1.0.32"}
PROBE_EVERY = 0.0004
CLIENTS = [f"192.0.2.{number}" for number in range(20, 28)]


def configuration():
    services = "".join(f"""\
  by-{kind}:
    address: {address}
    ports: [7/udp]
    network: shop
    backends: {{registry: {kind}, service: {INTERFACE}}}
""" for kind, (address, _) in SERVICES.items())
    return services + f"""\
registries:
  zookeeper: {{zookeeper: ["{ADDRESS}"]}}
  file: {{file: registry.yaml}}
"""


def ask(rig, check):
    internet = Internet(rig)
    registry_file = rig.directory / "registry.yaml"
    write(registry_file, MACHINES["vm1"])
    cloud = CloudSide(rig, internet, extra_services=configuration())
    zookeeper = Zookeeper(rig, cloud.node)
    zookeeper.start()
    cloud.start()
    for host in cloud.hosts:
        for address, port in SERVICES.values():
            host.machine.start_peer(f"witness-{host.name}-{port}", "witness.py", port, host.name)
    for address, _ in SERVICES.values():
        internet.router.ip(f"route add {address}/32 via 198.51.100.6")
    for address in CLIENTS:
        internet.server.ip(f"addr add {address}/24 dev eth0")
    client = zookeeper.client()
    client.ensure_path(folder(INTERFACE))
    nodes = {name: f"{folder(INTERFACE)}/{provider(address, SERVICES['zookeeper'][1], INTERFACE)}" for name, address in MACHINES.items()}
    client.create(nodes["vm1"], ephemeral=True)

    def by_zookeeper(old, new):
        transaction = client.transaction()
        transaction.delete(nodes[old])
        transaction.create(nodes[new], ephemeral=True)
        transaction.commit_async()

    def by_file(_, new):
        write(registry_file, MACHINES[new])

    with internet.server.entered():
        probes = Probes()
        for kind, change in (("zookeeper", by_zookeeper), ("file", by_file)):
            measure(check, kind, probes, change)
    client.stop()
    generation = cloud.node.ctl("status")["dataplane"]["hello"]["generation"]
    print(f"          {generation} transactions", flush=True)


def measure(check, kind, probes, change):
    address, _ = SERVICES[kind]
    old, new = "vm1", "vm2"
    probes.first_at(address, old, patience=10)
    latencies = []
    pause = random.Random(1)
    for _ in range(CHANGES):
        probes.first_at(address, old, patience=5)
        time.sleep(pause.uniform(0.015, 0.035))
        started = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        change(old, new)
        latencies.append((probes.first_at(address, new, patience=5) - started) / 1e6)
        old, new = new, old
    latencies.sort()
    median, p99 = latencies[len(latencies) // 2], latencies[int(len(latencies) * 0.99) - 1]
    good = median <= MEDIAN_MS and p99 <= P99_MS
    check(f"{kind}: {CHANGES} changes, packet at the new backend after {median:.1f} ms (median), {p99:.1f} ms (99th of 100), "
          f"{latencies[-1]:.1f} ms (longest){'' if good else ', more than the goal'}", good or not MEASURED and median <= 5 * MEDIAN_MS, latencies[-10:])


class Probes:
    """Packets of flows that nobody has seen: every (address, port) is used once."""

    def __init__(self):
        self.fresh = ((address, port) for port in range(1024, 65536) for address in CLIENTS)

    def first_at(self, service, machine, patience):
        """Sends until one is answered by `machine`; returns when that one was received there."""
        waiting = select.poll()
        flows = {}
        until = time.monotonic() + patience
        try:
            while time.monotonic() < until:
                flow = self._send(service)
                flows[flow.fileno()] = flow
                waiting.register(flow, select.POLLIN)
                time.sleep(PROBE_EVERY)
                for descriptor, _ in waiting.poll(0):
                    back, name, received = flows[descriptor].recv(2048).split(b" ")
                    waiting.unregister(descriptor)
                    if back != b"eborp":
                        raise Failure(f"a peer answered {back!r}")
                    if name.decode() == machine:
                        return int(received)
        finally:
            for flow in flows.values():
                flow.close()
        raise Failure(f"{service}: no packet reached {machine} within {patience} s")

    def _send(self, service):
        flow = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        flow.bind(next(self.fresh))
        flow.connect((service, 7))
        flow.send(b"probe")
        return flow


def write(file, address):
    """As a careful writer does: beside it, then over it."""
    text = f"version: 1\nservices:\n  {INTERFACE}:\n    - {{address: {address}, port: {SERVICES['file'][1]}}}\n"
    beside = file.with_suffix(".new")
    beside.write_text(text)
    beside.rename(file)
