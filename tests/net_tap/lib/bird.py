"""BIRD in a namespace as a BGP peer that announces many prefixes: sets of them, each withdrawn and announced at a word.

A set is a static protocol `NAME4` or `NAME6`; all begin disabled."""
import ipaddress

from .shell import run, wait_until

CONFIGURATION = """\
router id {address};
log "{log}" all;
protocol device {{ }}
{statics}
protocol bgp peer {{
  local {address} as {own_as};
  neighbor {peer} as {peer_as};
  connect delay time 1; connect retry time 1; error wait time 1, 2;
  ipv4 {{ import none; export where source = RTS_STATIC; next hop self; }};
  ipv6 {{ import none; export where source = RTS_STATIC; next hop address {address6}; }};
}}
"""


class Bird:
    def __init__(self, space, address, address6, own_as, peer, peer_as):
        self.space = space
        self.directory = space.directory / f"{space.name}-bird"
        self.directory.mkdir()
        self.values = {"address": address, "address6": address6, "own_as": own_as, "peer": peer, "peer_as": peer_as,
                       "log": self.directory / "log"}
        self.statics = []

    def add(self, name, prefixes):
        """prefixes: of one family, as text."""
        path = self.directory / f"{name}.routes"
        path.write_text("".join(f"route {prefix} blackhole;\n" for prefix in prefixes), encoding="ascii")
        family = "ipv6" if name.endswith("6") else "ipv4"
        self.statics.append(f'protocol static {name} {{\n  disabled; {family};\n  include "{path}";\n}}')

    def start(self):
        file = self.directory / "bird.conf"
        file.write_text(CONFIGURATION.format(statics="\n".join(self.statics), **self.values), encoding="ascii")
        self.process = self.space.start(f"{self.space.name}-bird", "bird", "-f", "-c", file, "-s", self._socket, "-P", self.directory / "pid")
        wait_until("BIRD answers", lambda: "BIRD" in self.ask("show", "status", check=False), timeout=60)
        return self

    @property
    def _socket(self):
        return self.directory / "control"

    def ask(self, *words, check=True):
        return run("birdc", "-s", self._socket, *words, check=check, timeout=300)

    def announce(self, *names):
        for name in names:
            self.ask("enable", name)

    def withdraw(self, *names):
        for name in names:
            self.ask("disable", name)


def ipv4_prefixes(count, first="20.0.0.0"):
    """/24s one after the other."""
    base = int(ipaddress.IPv4Address(first))
    return [f"{ipaddress.IPv4Address(base + (i << 8))}/24" for i in range(count)]


def ipv6_prefixes(count, first="2a00::"):
    """/48s one after the other."""
    base = int(ipaddress.IPv6Address(first))
    return [f"{ipaddress.IPv6Address(base + (i << 80))}/48" for i in range(count)]
