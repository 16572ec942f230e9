"""ZooKeeper killed, restarted, cut off until the session expires, each also with a control process started anew meanwhile,
and a control process stopped: no backend is lost, the state is shown, and what changed is followed without anybody's help."""
import json
import signal

from lib.shell import wait_until
from lib.topology import CloudSide, Internet
from lib.zookeeper import ADDRESS, Zookeeper, folder, provider

VIP, PORT = "203.0.113.84", 7008
INTERFACE = "com.shop.Echo"
MACHINES = ["10.1.0.31", "10.1.0.32"]
SERVICES = f"""\
  found:
    address: {VIP}
    ports: [7/udp]
    network: shop
    backends: {{registry: dubbo, service: {INTERFACE}}}
registries:
  dubbo: {{zookeeper: ["{ADDRESS}"], session-timeout: 1500ms}}
"""
RATE = 500


def ask(rig, check):
    internet = Internet(rig)
    cloud = CloudSide(rig, internet, extra_services=SERVICES)
    zookeeper = Zookeeper(rig, cloud.node)
    cloud.start()
    world = World(check, cloud.node, zookeeper)
    check.equal("before there is a registry: error, and no backend", (world.state(), world.backends()), ("error", set()))
    zookeeper.start()
    world.register()
    for host in cloud.hosts:
        host.start_reverser(PORT)
    internet.router.ip(f"route add {VIP}/32 via 198.51.100.6")
    wait_until("both backends are used", lambda: world.backends() == set(MACHINES))

    stream = internet.server.start_peer("stream", "numbered_stream.py", VIP, 7, RATE, 600)
    for restart in (False, True):
        world.outage("killed", zookeeper.kill, zookeeper.start, restart)
        world.outage("restarted in order", zookeeper.stop, zookeeper.start, restart)
        world.cut_off(restart)
    world.stopped()
    stream.signal(signal.SIGTERM)
    wait_until("the stream has ended", lambda: not stream.running(), timeout=15)
    report = json.loads(stream.output().strip().splitlines()[-1])
    check(f"through all of it {report['sent']} packets over {report['flows']} flows, none lost",
          report["sent"] > 0 and not report["lost"] and report["wrong"] == 0, report)
    world.client.stop()


class World:
    def __init__(self, check, node, zookeeper):
        self.check = check
        self.node = node
        self.zookeeper = zookeeper
        self.client = None
        self.weight = 100

    def register(self):
        self.client = self.zookeeper.client()
        self.client.ensure_path(folder(INTERFACE))
        for address in MACHINES:
            self.client.create(self.path(address, 100))  # it is the feed whose session ends here, not the providers'

    @staticmethod
    def path(address, weight):
        return f"{folder(INTERFACE)}/{provider(address, PORT, INTERFACE, weight=weight)}"

    def change(self):
        """Another weight for the first machine: seen in the dataplane, it shows that the feed follows."""
        old, self.weight = self.weight, self.weight + 1
        transaction = self.client.transaction()
        transaction.delete(self.path(MACHINES[0], old))
        transaction.create(self.path(MACHINES[0], self.weight))
        transaction.commit()

    def feed(self):
        return next(feed for feed in self.node.ctl("feeds")["feeds"] if feed["name"] == "dubbo")

    def state(self):
        return self.feed()["state"]

    def rows(self):
        return self.node.ctl("services", "found")["services"][0].get("backends", [])

    def backends(self):
        return {row["address"] for row in self.rows()}

    def outage(self, what, begin, end, restart):
        what += self.meanwhile(restart)
        begin()
        shown = self.wait_for("stale")
        self.check(f"{what}: both backends stay, shown as: {shown['state']}, {shown['error']}", self.backends() == set(MACHINES))
        if restart:
            self.restart_control(what)
        end()
        self.client.retry(self.client.ensure_path, folder(INTERFACE))  # kazoo is connected again
        self.recovers(what)

    def cut_off(self, restart):
        what = "cut off" + self.meanwhile(restart)
        self.zookeeper.cut()
        shown = self.wait_for("stale")
        self.check(f"{what}: both backends stay, shown as: {shown['state']}, {shown['error']}", self.backends() == set(MACHINES))
        if restart:
            self.restart_control(what)
        self.change()
        if not restart:
            self.wait_for_expiry(0)
        self.zookeeper.mend()
        self.recovers(what, changed=True)

    def stopped(self):
        """SIGSTOP: the client never saw a broken connection, and learns from the server that its session is over."""
        what = "control process stopped for longer than its session"
        wait_until("the former control process's session has ended: its own and the providers' are left",
                   lambda: self.zookeeper.sessions() == 2)
        before = self.expiries()
        self.node.control.signal(signal.SIGSTOP)
        self.wait_for_expiry(before)
        self.change()
        self.node.control.signal(signal.SIGCONT)
        self.recovers(what, changed=True)
        self.check(f"{what}: it was told so", "the session is over" in self.node.control.output())

    def expiries(self):
        """Of all starts of the server: its log goes on."""
        return self.zookeeper.process.output().count("Expiring session")

    def wait_for_expiry(self, before):
        wait_until("the server ends the session", lambda: self.expiries() > before, timeout=10)

    def restart_control(self, what):
        self.node.kill_control()
        self.check(f"{what}: both backends stay while nobody controls", self.backends() == set(MACHINES))
        self.node.start_control()
        self.check.equal(f"{what}: both backends stay with a control process that cannot read", (self.state(), self.backends()),
                         ("error", set(MACHINES)))

    def recovers(self, what, changed=False):
        if not changed:
            self.wait_for("synchronised")
            self.check(f"{what}: both backends are still there", self.backends() == set(MACHINES))
            self.change()
        wait_until("the change is followed", lambda: self.weight in {int(row["weight"]) for row in self.rows()}, timeout=20)
        self.check(f"{what}: what changed is followed without help", self.state() == "synchronised" and self.backends() == set(MACHINES))

    def wait_for(self, state):
        return wait_until(f"the feed is {state}", lambda: (feed := self.feed())["state"] == state and feed, timeout=20)

    @staticmethod
    def meanwhile(restart):
        return ", control process started anew" if restart else ""
