"""A whole node inside the guest: both processes, started, asked and stopped through the guest's shell."""
import collections
import json

from lib.shell import Failure, wait_until

NAME = "emulated"


class Process:
    """A program in the guest; its output is in the guest's /run/NAME.log."""

    def __init__(self, agent, program, configuration):
        self._agent = agent
        self._program = program
        agent.run(f"setsid {program} --config {configuration} >> /run/{program}.log 2>&1 & echo $! > /run/{program}.pid")

    def running(self):
        return self._agent.succeeds(f"kill -0 $(cat /run/{self._program}.pid)")

    def output(self):
        return self._agent.run(f"tail -n 60 /run/{self._program}.log")

    def stop(self, patience=30):
        self._agent.succeeds(f"kill $(cat /run/{self._program}.pid)")
        wait_until(f"{self._program} ends", lambda: not self.running(), patience)


class Node:
    """What questions ask of a node, as net_tap's has it."""

    def __init__(self, machine):
        self.machine = machine
        self.dataplane = self.control = None

    def start(self, configuration):
        """`configuration`: a file's name in the guest."""
        agent = self.machine.agent
        self.dataplane = Process(agent, "sluice-dataplane", configuration)
        wait_until("the node's socket", lambda: self._answers(self.dataplane), 60, 0.3)
        self.control = Process(agent, "sluice-control", configuration)
        wait_until("the control process has programmed the dataplane", self._programmed, 60, 0.3)

    def stop(self):
        for process in (self.control, self.dataplane):
            process.stop()
        self.dataplane = self.control = None

    def stopped_in_order(self):
        """(whether the dataplane closed its books and they balanced, its last words)."""
        said = self.machine.agent.run("grep -v '^EAL' /run/sluice-dataplane.log | tail -n 1")
        return "event=stopped" in said and "balanced=true" in said, said.strip()

    def running(self):
        return self.dataplane.running() and self.control.running()

    def ctl(self, *words):
        return json.loads(self.machine.agent.run(f"sluicectl --node {NAME} {' '.join(map(str, words))} --json"))

    def balanced(self):
        """The counter law as the node itself judges it: (holds, what it printed)."""
        said = self.machine.agent.run(f"sluicectl --node {NAME} drops --check; echo status $?")
        return said.rstrip().endswith("status 0"), said.strip()

    def dropped(self):
        drops = collections.Counter()
        for row in self.ctl("drops")["drops"]:
            drops[row["name"]] += row["packets"]
        return dict(+drops)

    def ports(self):
        """The rows of `sluicectl ports` by name, their 64-bit counters as numbers."""
        counters = ("rx_packets", "rx_bytes", "tx_packets", "tx_bytes", "nic_missed")
        return {port["name"]: port | {name: int(port.get(name, 0)) for name in counters} for port in self.ctl("ports")["ports"]}

    def port(self, name):
        return self.ports()[name]

    def neighbor_interfaces(self):
        return {row["interface"] for row in self.ctl("neighbors").get("neighbors", [])}

    def received_by_worker(self):
        return [int(worker.get("packets", 0)) for worker in self.ctl("workers")["workers"]]

    def _answers(self, process):
        if not process.running():
            raise Failure(f"the dataplane ended: {process.output()}")
        return self.machine.agent.succeeds(f"sluicectl --node {NAME} status")

    def _programmed(self):
        if not self.control.running():
            raise Failure(f"the control process ended: {self.control.output()}")
        control = self.ctl("status").get("control", {})
        return bool(control.get("dataplane_connected")) and int(control.get("generation", 0)) > 0
