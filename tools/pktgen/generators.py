"""The two generators behind one protocol: a process that reads orders from a pipe and answers each on another."""
import json
import os
import select
import shutil
from dataclasses import dataclass
from pathlib import Path

from lib.shell import Failure, wait_until

HERE = Path(__file__).resolve().parent
RING = "role=client,id=0,rsize=12,socket-abstract=no"  # rings of 4,096 frames, as many as a NIC's


@dataclass
class Sent:
    """What one order came to, by the generator's own counts."""
    sent: int
    received: int
    missed: int
    seconds: float
    latency: dict

    @property
    def rate(self):
        return self.sent / self.seconds if self.seconds else 0.0


class Generator:
    """Start with `with`; `send` and `count` are the orders. `captures`: by port, None where nothing is sent."""
    name = None

    def __init__(self, node, sockets, captures, core):
        self.node, self.sockets, self.captures, self.core = node, sockets, captures, core
        self.folder = node.rig.directory
        self.run_folder = f"{node.rig.prefix}-generator"  # in /run/dpdk; removed with the rig
        self.process = self._orders = self._answers = None

    def __enter__(self):
        pipes = [self.folder / f"{name}-{os.getpid()}" for name in ("orders", "answers")]
        for pipe in pipes:
            pipe.unlink(missing_ok=True)
            os.mkfifo(pipe)
        # Both ends at once: neither side waits for the other to open its own.
        self._orders, self._answers = (os.open(pipe, os.O_RDWR) for pipe in pipes)
        self._rest = b""
        self.process = self._start(*pipes)
        if self._line(60) != "ready":
            raise Failure(f"{self.name} did not start: {self.process.output()[-2000:]}")
        return self

    def __exit__(self, *_):
        if self.process is not None:
            self.process.stop(patience=5)
        os.close(self._orders)
        os.close(self._answers)

    def send(self, rate, seconds):
        return self._ask(f"send {int(rate)} {int(seconds * 1000)}", seconds + 60)

    def count(self, rate, frames):
        return self._ask(f"count {int(rate)} {frames}", frames / rate + 60)

    def _ask(self, order, patience):
        os.write(self._orders, f"{order}\n".encode())
        answer = json.loads(self._line(patience))
        if "error" in answer:
            raise Failure(f"{self.name}: {order}: {answer['error']}")
        total = {key: sum(port[key] for port in answer["ports"]) for key in ("sent", "received", "missed")}
        return Sent(**total, seconds=answer["sending_ns"] / 1e9, latency=answer.get("latency_ns", {}))

    def _line(self, patience):
        def whole():
            if not self.process.running():
                raise Failure(f"{self.name} ended: {self.process.output()[-2000:]}")
            while b"\n" not in self._rest and select.select([self._answers], [], [], 0)[0]:
                self._rest += os.read(self._answers, 65536)
            return b"\n" in self._rest

        wait_until(f"an answer of {self.name}", whole, timeout=patience, interval=0.01)
        line, self._rest = self._rest.split(b"\n", 1)
        return line.decode()


class Builtin(Generator):
    name = "builtin"

    def _start(self, orders, answers):
        words = [word for pair in zip(self.sockets, self.captures) for word in (pair[0], pair[1] or "-")]
        return self.node.home.start("generator", self.node.rig.program("sluice-pktgen"), self.run_folder, orders, answers, self.core, *words)


class Pktgen(Generator):
    """Pktgen-DPDK, as `pktgen` in the path or by PKTGEN=FILE."""
    name = "pktgen"

    @staticmethod
    def program():
        found = shutil.which(os.environ.get("PKTGEN", "pktgen"))
        if found is None:
            raise Failure("there is no pktgen: install Pktgen-DPDK, name it by PKTGEN=FILE, or use --generator builtin")
        return Path(found).resolve()

    def _start(self, orders, answers):
        program = self.program()
        sending = ",".join(str(port) for port, capture in enumerate(self.captures) if capture)
        settings = {"LD_PRELOAD": self.node.rig.program("libmemif-mtu.so"), "SLUICE_ORDERS": orders, "SLUICE_ANSWERS": answers, "SLUICE_PORTS": sending,
                    "SLUICE_HERTZ": tsc_hertz()}
        devices = [word for port, path in enumerate(self.sockets) for word in ("--vdev", f"net_memif{port},{RING},socket={path}")]
        captures = [word for port, capture in enumerate(self.captures) if capture for word in ("-s", f"{port}:{capture}")]
        return self.node.home.start(
            "generator", "env", *(f"{key}={value}" for key, value in settings.items()), program,
            "--no-huge", "-m", "6144", "--no-pci", "--no-telemetry", "--no-shconf", "--file-prefix", self.run_folder,
            "--lcores", f"0@{self.core},1@{self.core}", *devices, "--", "-P", "-m", "1.0-1", *captures, "-f", HERE / "drive.lua")


def tsc_hertz():
    """What DPDK measures for itself, from the kernel's own measurement."""
    for line in Path("/proc/cpuinfo").read_text(encoding="ascii").splitlines():
        if line.startswith("cpu MHz"):
            return int(float(line.split(":")[1]) * 1e6)
    raise Failure("/proc/cpuinfo does not say the frequency")


GENERATORS = {kind.name: kind for kind in (Builtin, Pktgen)}
