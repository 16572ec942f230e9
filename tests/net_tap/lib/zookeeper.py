"""A real ZooKeeper in a namespace of its own, behind a bridge that can be cut, and kazoo as Dubbo's providers.

  node.home (the control process) ──wire── br0 ──wire── registry: ZooKeeper 10.99.0.1:2181, providers"""
import re
import signal
import socket
import urllib.parse

from kazoo.client import KazooClient

from .namespace import connect
from .shell import wait_until

ADDRESS = "10.99.0.1:2181"

JARS = [f"/usr/share/java/{name}.jar" for name in ("zookeeper", "slf4j-log4j12", "log4j-1.2")]
SETTINGS = """\
tickTime=500
minSessionTimeout=1000
maxSessionTimeout=60000
dataDir={directory}
clientPort=2181
clientPortAddress=0.0.0.0
admin.enableServer=false
4lw.commands.whitelist=srvr,mntr
"""
LOGGING = """\
log4j.rootLogger=INFO, stdout
log4j.appender.stdout=org.apache.log4j.ConsoleAppender
log4j.appender.stdout.layout=org.apache.log4j.PatternLayout
log4j.appender.stdout.layout.ConversionPattern=%d{ISO8601} %p %m%n
"""


class Zookeeper:
    def __init__(self, rig, node):
        self.space = rig.namespace("registry")
        self.wire = rig.namespace("wire")
        self.directory = rig.directory / "zookeeper"
        self.directory.mkdir()
        (self.directory / "zoo.cfg").write_text(SETTINGS.format(directory=self.directory))
        (self.directory / "log4j.properties").write_text(LOGGING)
        self.wire.ip("link add br0 type bridge forward_delay 0")
        self.wire.link("br0")
        for space, name, address in ((node.home, "node", "10.99.0.2/24"), (self.space, "registry", "10.99.0.1/24")):
            connect(space, "wire0", self.wire, name)
            space.link("wire0", [address])
            self.wire.link(name, master="br0")
        self.process = None

    def start(self):
        """From what it had written: the same tree, and sessions that have not expired."""
        self.process = self.space.start("zookeeper", "java", "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp",
                                        ":".join((str(self.directory), *JARS)), "org.apache.zookeeper.server.quorum.QuorumPeerMain",
                                        self.directory / "zoo.cfg")
        wait_until("ZooKeeper answers", self.answers, timeout=30, interval=0.2)

    def answers(self):
        return "Mode:" in self.ask("srvr")

    def sessions(self):
        """How many there are, those included that nobody holds any more and that have not expired."""
        return int(re.search(r"^zk_global_sessions\t(\d+)$", self.ask("mntr"), re.MULTILINE)[1])

    def ask(self, word):
        """One of ZooKeeper's four-letter words; nothing from one that only begins, which may accept and say nothing."""
        said = b""
        try:
            with self.space.entered():
                server = socket.create_connection(("127.0.0.1", 2181), timeout=1)
            with server:
                server.sendall(word.encode())
                while heard := server.recv(4096):
                    said += heard
        except OSError:
            pass
        return said.decode()

    def kill(self):
        self.process.stop(signal.SIGKILL)

    def stop(self):
        self.process.stop(signal.SIGTERM)

    def cut(self):
        """What is sent between the node and the registry disappears; both links stay up."""
        self.wire.ip("link set node nomaster")

    def mend(self):
        self.wire.ip("link set node master br0")

    def client(self):
        with self.space.entered():  # kazoo's threads stay there
            client = KazooClient(hosts="127.0.0.1:2181", timeout=30, connection_retry={"max_tries": -1, "max_delay": 0.5})
            client.start()
        return client


def provider(address, port, interface, **parameters):
    """The name of a node as Dubbo writes it."""
    parameters = {"anyhost": "true", "application": "shop", "interface": interface, "side": "provider", **parameters}
    query = "&".join(f"{key}={urllib.parse.quote(str(value), safe='')}" for key, value in parameters.items())
    return urllib.parse.quote(f"dubbo://{address}:{port}/{interface}?{query}", safe="-_.*")


def folder(interface):
    return f"/dubbo/{interface}/providers"
