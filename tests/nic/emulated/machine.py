"""A machine in software: QEMU with an emulated Intel IOMMU and two network cards, each behind a root port of its own so
that it can be pulled out. Its links end in taps in the peers' namespaces."""
import os

from lib.shell import wait_until

from .agent import Agent
from .monitor import Monitor
from .nics import QEMU
from .taps import open_tap

CORES = 3  # one for the control process and DPDK's main thread, two workers
MEMORY = "1536M"
HUGEPAGES = 400  # of 2 MiB
KERNEL_WORDS = f"console=ttyS0 quiet loglevel=4 panic=-1 intel_iommu=on hugepages={HUGEPAGES}"


class Machine:
    def __init__(self, rig, nic, links):
        """`links`: [(peer's namespace, the tap's name there)], one per card."""
        self._rig = rig
        self._nic = nic
        self._links = links
        self._space = rig.namespace("machine")  # QEMU's processes are found, and ended, by it
        self.process = self.agent = self.monitor = None

    @staticmethod
    def address(index):
        """The PCI address of a card in the guest: buses are counted in the order of the root ports."""
        return f"0000:{index + 1:02x}:00.0"

    def boot(self, kernel, image):
        folder = self._rig.directory
        command = [QEMU, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
                   "-accel", "tcg,thread=multi", "-machine", "q35",
                   "-cpu", "max,la57=off,x2apic=off,tsc-deadline=off", "-smp", CORES, "-m", MEMORY,
                   "-device", "intel-iommu,intremap=on,caching-mode=on,aw-bits=48",
                   "-kernel", kernel.image, "-initrd", image, "-append", KERNEL_WORDS,
                   "-serial", f"file:{folder}/guest-console.log",
                   "-chardev", f"socket,id=agent,path={folder}/agent.sock,server=on,wait=off", "-serial", "chardev:agent",
                   "-qmp", f"unix:{folder}/monitor.sock,server=on,wait=off"]
        descriptors = []
        for index, (space, name) in enumerate(self._links):
            ours = open_tap(space, name, self._nic.tap_queues)
            descriptors += ours
            command += self._card(index, ours)
        try:
            self.process = self._space.start("qemu", *command, pass_fds=descriptors)
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        wait_until("QEMU's monitor", (folder / "monitor.sock").exists)
        self.monitor = Monitor(folder / "monitor.sock")
        self.agent = Agent(folder / "agent.sock")
        self.agent.wait_until_ready(self.process.running)

    def set_link(self, index, up):
        self.monitor.run("set_link", name=f"link{index}", up=up)

    def unplug(self, index):
        """Asks the guest to give the card back, as a person does who presses the slot's button."""
        self.monitor.run("device_del", id=f"card{index}")

    def plugged(self, index):
        names = {row["name"] for row in self.monitor.run("qom-list", path="/machine/peripheral")}
        return f"card{index}" in names

    def running(self):
        return self.process is not None and self.process.running()

    def stop(self):
        for connection in (self.agent, self.monitor):
            if connection is not None:
                connection.close()
        if self.process is not None:
            self.process.stop(patience=5)
        self.process = self.agent = self.monitor = None

    def _card(self, index, descriptors):
        options = f",{self._nic.options}" if self._nic.options else ""
        files = ("fds=" if len(descriptors) > 1 else "fd=") + ":".join(map(str, descriptors))
        return ["-device", f"pcie-root-port,id=port{index},chassis={index + 1},slot={index + 1},bus=pcie.0,addr={index + 2:#x}",
                "-netdev", f"tap,id=link{index},{files},vhost=off",
                "-device", f"{self._nic.model},id=card{index},bus=port{index},netdev=link{index},"
                           f"mac=02:51:00:00:00:{index + 1:02x}{options}"]
