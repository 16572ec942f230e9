"""A rig owns everything one test or demo creates, under one prefix, and removes it again from the prefix alone.

The clean-up looks at the system, not at a list kept while building: whatever an interruption leaves half made (a
namespace without an address, a process nobody wrote down) bears the prefix and is found."""
import fcntl
import os
import shutil
import signal
import time
from pathlib import Path

from .guard import ignore_signals
from .namespace import Namespace
from .shell import Failure, run

ROOT = Path(__file__).resolve().parents[3]
RUN = Path("/run")


class Rig:
    def __init__(self, name):
        """Touches nothing yet: open() does, and close() may be called at any time, more than once."""
        if not name.isidentifier():
            raise Failure(f"'{name}': a rig's name has letters, digits and underscores, so that no prefix begins another")
        self.prefix = f"sl-{name}"
        self.directory = RUN / self.prefix
        self.build = Path(os.environ.get("SLUICE_BUILD", ROOT / "build"))
        self.nodes = []
        self._lock = None

    def open(self):
        self._lock = _take_lock(self.prefix)
        clean_up(self.prefix)  # what a killed predecessor, or --keep, left
        self.directory.mkdir(mode=0o755)
        return self

    def close(self):
        if self._lock is None:
            return
        ignore_signals()
        for node in self.nodes:
            node.stop()
        clean_up(self.prefix)
        self.leave_running()

    def leave_running(self):
        """Gives up the ownership without removing anything (--keep)."""
        self.nodes.clear()
        (RUN / f"{self.prefix}.lock").unlink(missing_ok=True)
        self._lock.close()
        self._lock = None

    def namespace(self, name, forwarding=False):
        return Namespace(f"{self.prefix}-{name}", self.directory, forwarding)

    def program(self, name):
        for candidate in (self.build / name, *self.build.glob(f"**/{name}")):
            if candidate.is_file() and os.access(candidate, os.X_OK):
                return candidate
        raise Failure(f"{name} is not in {self.build}: run tools/build")


def _take_lock(prefix):
    """One owner per prefix; the kernel releases the lock however its owner dies."""
    lock = open(RUN / f"{prefix}.lock", "w", encoding="ascii")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Failure(f"{prefix} is in use by another process") from None
    return lock


def namespaces_of(prefix):
    folder = RUN / "netns"
    return sorted(path.name for path in folder.glob(f"{prefix}-*")) if folder.is_dir() else []


def processes_of(prefix):
    pids = set()
    for name in namespaces_of(prefix):
        pids.update(int(pid) for pid in run("ip", "netns", "pids", name, check=False).split())
    return pids - {os.getpid()}


def clean_up(prefix):
    """Ends every process in the prefix's namespaces, then removes namespaces and files."""
    for number, patience in ((signal.SIGTERM, 3.0), (signal.SIGKILL, 3.0)):
        deadline = time.monotonic() + patience
        for pid in processes_of(prefix):
            _kill(pid, number)
        while processes_of(prefix) and time.monotonic() < deadline:
            time.sleep(0.05)
    for name in namespaces_of(prefix):
        run("ip", "netns", "delete", name, check=False)
    for path in remains_of(prefix):
        shutil.rmtree(path, ignore_errors=True)


def remains_of(prefix):
    """Folders of a rig: its own, the nodes' sockets and applied files, FRR's path spaces, and DPDK's (left by a dataplane
    that was killed)."""
    places = [RUN, RUN / "sluice", Path("/var/lib/sluice"), RUN / "dpdk", RUN / "frr", Path("/etc/frr")]
    found = [path for place in places if place.is_dir() for path in place.iterdir()]
    return [path for path in found if path.is_dir() and (path.name == prefix or f"{prefix}-" in path.name)]


def _kill(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass
