"""BIRD beside the node, GoBGP and BIRD as its peers: learned, shared by both, announced; BIRD killed and started again."""
import time

from lib.bird import Bird
from lib.gobgp import GoBgp
from lib.routed import ANNOUNCED, AS_OF_NODE, AS_OF_ROUTERS, OF_NODE, OF_ROUTER, SERVED, SERVER, Routed
from lib.shell import wait_until

KEEP = 3  # seconds
ALL = sorted(OF_ROUTER.values())

# The kernel's routes of protocol 199 are what Sluice wants announced; what BGP teaches goes into the kernel. GoBGP and BIRD
# differ in the origin that they give, and only equal routes are merged.
NODE = """\
router id 10.255.0.1;
protocol device {}
protocol kernel {
  learn;
  merge paths on;
  ipv4 { import where krt_source = 199; export where source = RTS_BGP; };
}
""" + "".join(f"""\
protocol bgp to_{name} {{
  local {OF_NODE[name]} as {AS_OF_NODE};
  neighbor {OF_ROUTER[name]} as {AS_OF_ROUTERS};
  connect retry time 1; connect delay time 1; error wait time 1, 2;
  ipv4 {{ import filter {{ bgp_origin = ORIGIN_IGP; accept; }}; export where source = RTS_INHERIT; next hop self; }};
}}
""" for name in OF_NODE)

PEER = f"""\
router id {OF_ROUTER['second']};
protocol device {{}}
protocol kernel {{ ipv4 {{ export where source = RTS_BGP; }}; }}
protocol static {{ ipv4; route {SERVED} via 10.50.2.2; }}
protocol bgp node {{
  local {OF_ROUTER['second']} as {AS_OF_ROUTERS};
  neighbor {OF_NODE['second']} as {AS_OF_NODE};
  connect retry time 1; connect delay time 1; error wait time 1, 2;
  ipv4 {{ import all; export where source = RTS_STATIC; next hop self; }};
}}
"""


def ask(rig, check):
    world = Routed(rig)
    bird = Bird(world.node.kernel, NODE)
    world.bgp = f"bgp: {{mode: external, keep-when-lost: {KEEP}s, pid-files: [{bird.pid_file}], announce: {{eips: {{}}}}}}\n"
    world.node.configure(world._configuration)
    world.start()
    bird.start()
    gobgp = GoBgp(world.routers["first"], AS_OF_ROUTERS, OF_ROUTER["first"], OF_NODE["first"], AS_OF_NODE).start()

    wait_until("BIRD and GoBGP have a session", lambda: bird.established("to_first"), timeout=30)
    gobgp.announce(SERVED, OF_ROUTER["first"])
    wait_until("GoBGP's route in the dataplane", lambda: hops(world) == [OF_ROUTER["first"]])
    check("what GoBGP announces to BIRD is in the dataplane with source bird, and packets take it", world.client.pings(SERVER))

    Bird(world.routers["second"], PEER).start()
    wait_until("BIRD and BIRD have a session", lambda: bird.established("to_second"), timeout=30)
    wait_until("both next hops in the dataplane", lambda: hops(world) == ALL)
    check("BIRD's merged paths are one route over both peers", True)

    world.announce()
    wait_until("GoBGP hears of the node's address", lambda: f"{ANNOUNCED}/32" in gobgp.prefixes())
    wait_until("the other BIRD has it in its kernel", lambda: world.heard("second"))
    check("BIRD announces the node's EIP to both", True)
    check("and it is not taken for a learned one", f"{ANNOUNCED}/32" not in world.routes("bird") | world.routes("kernel"))

    gobgp.withdraw(SERVED)
    wait_until("GoBGP's route is withdrawn", lambda: hops(world) == [OF_ROUTER["second"]])
    check("a withdrawal leaves the other next hop", world.client.pings(SERVER))

    killed = time.monotonic()
    bird.kill()
    wait_until("BIRD's routes are gone", lambda: not hops(world))
    gone = time.monotonic() - killed
    check(f"BIRD killed: its routes are used for the hold time, gone after {gone:.1f} s of {KEEP}", KEEP - 0.1 < gone < KEEP + 2, gone)
    bird.start()
    wait_until("they are back", lambda: hops(world) == [OF_ROUTER["second"]], timeout=30)
    check("BIRD started again: they are used again", world.client.pings(SERVER))


def hops(world):
    """The gateways of the served prefix as BIRD taught them."""
    return world.routes("bird").get(SERVED, [])
