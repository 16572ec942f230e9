"""How long a rig's processes waited for a processor: time that a busy machine took, and not the node under test."""
import os
from pathlib import Path

NAMESPACES = Path("/run/netns")


class Took(float):
    """Seconds from a cause to its effect; of them, `waited` were spent in the queues of busy processors."""

    def __new__(cls, seconds, waited):
        took = super().__new__(cls, seconds)
        took.waited = waited
        return took

    def within(self, bound):
        return self <= bound + self.waited


class Stopwatch:
    def __init__(self, prefix):
        self.prefix = prefix
        self.waited_before = waited(prefix)

    def took(self, seconds):
        return Took(seconds, max(waited(self.prefix) - self.waited_before, 0.0))


def waited(prefix):
    """Seconds that all threads of a rig's processes have waited so far; those of processes that ended are gone from it."""
    inodes = {os.stat(path).st_ino for path in NAMESPACES.glob(f"{prefix}-*")}
    return sum(sum(map(_of_thread, process.glob("task/[0-9]*"))) for process in Path("/proc").glob("[0-9]*")
               if _belongs(process, prefix, inodes)) / 1e9


def _belongs(process, prefix, inodes):
    try:
        return os.stat(process / "ns/net").st_ino in inodes or prefix.encode() in (process / "cmdline").read_bytes()
    except OSError:
        return False  # it has just ended


def _of_thread(task):
    """Nanoseconds on a run queue (Linux, Documentation/scheduler/sched-stats)."""
    try:
        return int((task / "schedstat").read_text().split()[1])
    except (OSError, IndexError):
        return 0
