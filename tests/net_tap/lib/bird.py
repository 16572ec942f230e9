"""BIRD in a namespace: a node's routing daemon beside FRR, and a peer that announces very many prefixes."""
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
  hold time 15; keepalive time 3;  # a node that was restarted is not waited for longer
  connect delay time 1; connect retry time 1; error wait time 1, 2;
  ipv4 {{ import none; export where source = RTS_STATIC; next hop self; }};
  ipv6 {{ import none; export where source = RTS_STATIC; next hop address {address6}; }};
}}
"""


class Bird:
    """BIRD 2 with a configuration in its own language."""

    def __init__(self, space, configuration):
        self.space = space
        self.folder = space.directory / f"bird-{space.name}"
        self.folder.mkdir()
        (self.folder / "bird.conf").write_text(configuration)
        self.pid_file = self.folder / "bird.pid"
        self.control = self.folder / "bird.ctl"
        self.starts = 0

    def start(self):
        self.control.unlink(missing_ok=True)
        self.starts += 1
        self.process = self.space.start(f"bird-{self.space.name}-{self.starts}", "bird", "-f", "-c", self.folder / "bird.conf",
                                        "-s", self.control, "-P", self.pid_file)
        wait_until("BIRD answers", lambda: "BIRD" in self.ask("show status"), timeout=60)
        return self

    def ask(self, command, check=False):
        return run("birdc", "-s", self.control, *command.split(), check=check, timeout=300)

    def established(self, protocol):
        return "Established" in self.ask(f"show protocols {protocol}")

    def kill(self):
        self.process.stop(9)


class ManyPrefixes(Bird):
    """A peer with sets of prefixes, each announced and withdrawn at a word: static protocols, disabled at first."""

    def __init__(self, space, sets, **values):
        """sets: by name, which ends with the family (4 or 6), prefixes as text; values: what the configuration lacks."""
        super().__init__(space, "")
        statics = "".join(self._static(name, prefixes) for name, prefixes in sets.items())
        text = CONFIGURATION.format(statics=statics, log=self.folder / "log", **values)
        (self.folder / "bird.conf").write_text(text, encoding="ascii")

    def _static(self, name, prefixes):
        path = self.folder / f"{name}.routes"
        path.write_text("".join(f"route {prefix} blackhole;\n" for prefix in prefixes), encoding="ascii")
        family = "ipv6" if name.endswith("6") else "ipv4"
        return f'protocol static {name} {{\n  disabled; {family};\n  include "{path}";\n}}\n'

    def announce(self, *names):
        for name in names:
            self.ask(f"enable {name}", check=True)

    def withdraw(self, *names):
        for name in names:
            self.ask(f"disable {name}", check=True)


def ipv4_prefixes(count, first="20.0.0.0"):
    """/24s one after the other."""
    base = int(ipaddress.IPv4Address(first))
    return [f"{ipaddress.IPv4Address(base + (i << 8))}/24" for i in range(count)]


def ipv6_prefixes(count, first="2a00::"):
    """/48s one after the other."""
    base = int(ipaddress.IPv6Address(first))
    return [f"{ipaddress.IPv6Address(base + (i << 80))}/48" for i in range(count)]
