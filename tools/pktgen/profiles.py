"""What is sent: the one description that both generators read, as frames. And the node that stands in the middle.

       inside (port 0)                       node                       internet (port 1)
  campus 10.100.0.0/16, plain ─────────►  198.51.100.2  ─────────►  192.0.2.0/24 behind 198.51.100.1
  phones 100.64.0.0/16 in GTP-U from 10.20.0.9
  machines 10.1.0.0/24 in VXLAN behind 10.20.0.11
"""
import ipaddress
from dataclasses import dataclass
from typing import Callable, Optional

import frames

INSIDE, INTERNET = 0, 1
PORTS = ("inside", "internet")
NODE_MACS = ("02:53:00:00:00:00", "02:53:00:00:00:01")
PEER_MACS = ("02:54:00:00:00:00", "02:54:00:00:00:01")
MACHINE_MAC, GATEWAY_MAC = "52:54:00:00:01:31", "02:00:5e:00:00:01"
VTEP, HOST_VTEP, VNI = "10.20.0.2", "10.20.0.11", 5001
RADIO = "10.20.0.9"
SERVICE, SERVICE_PORT = "203.0.113.80", 443
PHONES, MACHINES, SUBSCRIBERS = 64, 8, 64
SMALLEST = 46  # bytes of IP in the shortest frame
IMIX = (SMALLEST,) * 7 + (576,) * 4 + (1500,)  # 7:4:1


@dataclass
class Profile:
    name: str
    says: str                   # one line for the table
    flows: int
    port: int                   # where its frames enter the node
    make: Optional[Callable]    # flow number → frame; None: see `answers`
    answers: Optional[str] = None  # the profile whose flows are begun first; what the node made of them is answered


def address(first, number):
    return str(ipaddress.IPv4Address(first) + number)


def on(port, packet):
    return frames.ethernet(NODE_MACS[port], PEER_MACS[port], packet)


def size_of(flow, sizes):
    return sizes[flow % len(sizes)]


def campus(flow, sizes=(SMALLEST,)):
    """Many subscribers before many ports of each; every flow has a server of its own among 128."""
    source = address("10.100.0.1", flow % SUBSCRIBERS)
    return on(INSIDE, frames.datagram(source, 1024 + flow // SUBSCRIBERS, address("192.0.2.0", flow % 128), 4500,
                                      size_of(flow, sizes)))


def to_service(flow):
    return on(INTERNET, frames.datagram(address("192.0.2.0", flow % 128), 1024 + flow // 128, SERVICE, SERVICE_PORT, SMALLEST))


def from_machine(flow):
    """By a route of the network's own: neither NAT nor a service has a word in it."""
    inner = frames.datagram(address("10.1.0.31", flow % MACHINES), 1024 + flow // MACHINES, address("192.0.2.128", flow % 64), 4500, SMALLEST)
    outer = frames.udp(49152 + flow % 16384, 4789, frames.vxlan(VNI, frames.ethernet(GATEWAY_MAC, MACHINE_MAC, inner)))
    return on(INSIDE, frames.ipv4(HOST_VTEP, VTEP, 17, outer))


def from_phone(flow, destination, port):
    inner = frames.datagram(address("100.64.0.1", flow % PHONES), 1024 + flow // PHONES, destination, port, SMALLEST)
    outer = frames.udp(2152, 2152, frames.gtpu(0x1001 + flow % PHONES, inner))
    return on(INSIDE, frames.ipv4(RADIO, VTEP, 17, outer))


PROFILES = {profile.name: profile for profile in (
    Profile("nat-out", "campus to the internet under the pool's addresses", 1024, INSIDE, campus),
    Profile("nat-in", "what the internet answers to those flows", 1024, INTERNET, None, answers="nat-out"),
    Profile("service", "internet to a service, its machines behind VXLAN", 1024, INTERNET, to_service),
    Profile("vxlan-decap", "machines to the internet by a route, no session", 1024, INSIDE, from_machine),
    Profile("gtpu-uplink", "phones to the internet by a route, no session", 1024, INSIDE,
            lambda flow: from_phone(flow, address("192.0.2.128", flow % 64), 4500)),
    Profile("journey", "phones in GTP-U to the service: NAT, balancing and VXLAN in one session", 1024, INSIDE,
            lambda flow: from_phone(flow, SERVICE, SERVICE_PORT)),
    Profile("imix", "nat-out with IP packets of 46, 576 and 1,500 bytes, 7:4:1", 1020, INSIDE, lambda flow: campus(flow, IMIX)),
    Profile("many-flows", "nat-out with many flows, one packet of each in turn", 131072, INSIDE, campus),
)}


def answer_to(session):
    """What the internet answers to a session of `sluicectl sessions --json`."""
    return on(INTERNET, frames.datagram(session["destination"], session["destination_port"],
                                        session["new_source"], session["new_source_port"], SMALLEST))


def memif(port, socket):
    return f"net_memif{port},role=server,id=0,socket-abstract=no,socket={socket}"


def configuration(name, netns, devices, hugepages="none", idle="sleep", sessions=524288, core=1, main_core=0):
    """The node of all profiles. Every neighbour is static, so that it sends nothing that no profile asked for. On memif its
    worker sleeps when nothing comes: DPDK 22.11 frees the rings of a link that ends, whoever polls them at that moment."""
    phones = "\n".join(f"      - {{ue: {address('100.64.0.1', i)}, teid: {0x1001 + i}, peer: {RADIO}, peer-teid: {0x2001 + i}}}" for i in range(PHONES))
    machines = "\n".join(f'      - {{address: {address("10.1.0.31", i)}, mac: "{MACHINE_MAC}", vtep: {HOST_VTEP}}}' for i in range(MACHINES))
    backends = ", ".join(f"{{address: {address('10.1.0.31', i)}, port: 8443}}" for i in range(MACHINES))
    neighbors = "\n".join(f'  - {{interface: {interface}, address: {at}, mac: "{PEER_MACS[port]}"}}'
                          for interface, at, port in (("inside", "10.20.0.1", 0), ("inside", RADIO, 0), ("inside", HOST_VTEP, 0),
                                                      ("internet", "198.51.100.1", 1)))
    return f"""version: 1
node: {{name: {name}, router-id: 10.255.0.1, netns: {netns}, drain-time: 0s}}
memory: {{hugepages: {hugepages}, sessions: {sessions}}}
workers: {{cores: {core}, main-core: {main_core}, idle: {idle}}}
ports:
  inside:   {{device: "{devices[0]}", mac: "{NODE_MACS[0]}", addresses: [10.20.0.2/24], terminates: [vxlan, gtpu]}}
  internet: {{device: "{devices[1]}", mac: "{NODE_MACS[1]}", addresses: [198.51.100.2/30]}}
vxlan: {{vtep: {VTEP}}}
gtpu: {{endpoint: {VTEP}, echo-interval: 0s}}
networks:
  shop:
    vni: {VNI}
    subnets:
      zone-a: {{prefix: 10.1.0.0/24, gateway: 10.1.0.1}}
    neighbors:
{machines}
  phones:
    prefixes: [100.64.0.0/16]
    sessions:
{phones}
nat:
  pools:
    carrier: {{addresses: [203.0.113.64/28], ports: 4096-65535, block-size: 4096}}
  rules:
    - {{network: public, source: 10.100.0.0/16, pool: carrier}}
    - {{network: phones, pool: carrier}}
services:
  order:
    address: {SERVICE}
    ports: [{SERVICE_PORT}/udp]
    network: shop
    backends: [{backends}]
routes:
  - {{prefix: 0.0.0.0/0, via: 198.51.100.1}}
  - {{prefix: 10.100.0.0/16, via: 10.20.0.1}}
  - {{network: shop, prefix: 192.0.2.128/25, via: 198.51.100.1, interface: internet}}
  - {{network: phones, prefix: 192.0.2.128/25, via: 198.51.100.1, interface: internet}}
neighbors:
{neighbors}
"""
