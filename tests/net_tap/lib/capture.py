"""Evidence from the wire: tcpdump on a peer's link writes it, tshark (which nobody here wrote) says what it is."""
import signal

from .shell import run, wait_until


class Capture:
    """tcpdump on LINK of a namespace for the length of a `with`; afterwards fields() reads the file."""

    def __init__(self, namespace, link, expression):
        self.namespace = namespace
        self.link = link
        self.expression = expression
        self.file = namespace.directory / f"{namespace.name}-{link}.pcap"
        self._process = None

    def __enter__(self):
        self.file.unlink(missing_ok=True)
        label = f"tcpdump-{self.namespace.name}-{self.link}"
        (self.namespace.directory / f"{label}.log").unlink(missing_ok=True)
        # -Z root: the folder is ours, tcpdump's own user may not write there.
        self._process = self.namespace.start(label, "tcpdump", "-n", "-U", "--immediate-mode", "-Z", "root", "-s", "256",
                                             "-i", self.link, "-w", self.file, *self.expression.split())
        wait_until(f"{label}: listening", lambda: "listening on" in self._process.output())
        return self

    def __exit__(self, *_):
        self._process.stop(signal.SIGINT)

    def fields(self, display_filter, *names):
        """One list per packet; a field found in outer and inner headers is a list of its values, outermost first."""
        options = [word for name in names for word in ("-e", name)]
        text = run("tshark", "-n", "-r", self.file, "-Y", display_filter, "-T", "fields",
                   "-E", "separator=/t", "-E", "occurrence=a", "-E", "aggregator=,", *options)
        return [[value.split(",") for value in line.split("\t")] for line in text.splitlines()]
