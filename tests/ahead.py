"""Commands that need no quiet machine, begun at idle priority beside tests that wait much and compute little."""
import os
import signal
import subprocess
import tempfile
from pathlib import Path


class Ahead:
    """One such command: the scheduler gives it a processor only while nobody else wants one (SCHED_IDLE)."""

    def __init__(self, command, directory, environment):
        self.output = tempfile.TemporaryFile("w+", errors="replace")
        self.process = subprocess.Popen(["chrt", "--idle", "0", *command], cwd=directory, env=environment, start_new_session=True,
                                        stdout=self.output, stderr=subprocess.STDOUT)

    def finish(self):
        """Gives it the priority of everything else and waits; returns (its exit status, what it said)."""
        for task in tasks(self.process.pid):
            try:
                os.sched_setscheduler(task, os.SCHED_OTHER, os.sched_param(0))
            except ProcessLookupError:
                pass  # it has just ended
        status = self.process.wait()
        self.output.seek(0)
        return status, self.output.read()

    def end(self):
        """Ends it and all that it started."""
        try:
            os.killpg(self.process.pid, signal.SIGTERM)
        except ProcessLookupError:
            pass
        self.process.wait()


def tasks(session):
    """Every thread of every process of a session."""
    for stat in Path("/proc").glob("[0-9]*/task/[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[3]) == session:
            yield int(stat.parent.name)
