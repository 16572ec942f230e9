"""The demo as a user runs it ends well, and leaves nothing behind, also when it is interrupted at any point."""
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from lib.rig import namespaces_of, remains_of

DEMO = Path(__file__).resolve().parents[1] / "demo.py"
NAME = f"demotest{os.getpid()}"
POINTS = 6


def ask(rig, check):
    process = start(rig)
    said, _ = process.communicate(timeout=120)
    check("the demo ends with exit 0 and says what it saw", process.returncode == 0 and "the journey of order" in said, said[-2000:])
    nothing_left(check, "after it")

    length = 6.0
    chosen = random.Random()
    for number in range(POINTS):
        after = chosen.uniform(length * number / POINTS, length * (number + 1) / POINTS)
        process = start(rig)
        time.sleep(after)  # the point itself is what is tried here
        process.send_signal(signal.SIGINT if number % 2 else signal.SIGTERM)
        said, _ = process.communicate(timeout=60)
        nothing_left(check, f"interrupted after {after:.2f} s (exit {process.returncode})")


def start(rig):
    return subprocess.Popen([sys.executable, "-B", DEMO, "--name", NAME, "--orders", "5"], text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, env={**os.environ, "SLUICE_BUILD": str(rig.build)})


def nothing_left(check, when):
    left = namespaces_of(f"sl-{NAME}") + [str(path) for path in remains_of(f"sl-{NAME}")] + processes() + hugepages() + links()
    check(f"{when}: no namespace, process, interface, folder or hugepage file is left", left == [], left)


def processes():
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if f"sl-{NAME}" in words:
            found.append(words)
    return found


def hugepages():
    return [str(file) for folder in ("/dev/hugepages", "/dev/shm", "/run/dpdk") if Path(folder).is_dir()
            for file in Path(folder).iterdir() if NAME in file.name]


def links():
    return [line for line in subprocess.run(["ip", "-o", "link"], capture_output=True, text=True, check=True).stdout.splitlines() if NAME in line]
