"""The demo as a user runs it ends well, and leaves nothing behind, also when it is interrupted at any point."""
import contextlib
import os
import random
import signal
import subprocess
import time
from pathlib import Path

from lib.rig import ROOT

NAME = f"demotest{os.getpid()}"
POINTS = 4
LONGEST = 300  # seconds for a demo on a busy machine, or for what is left of one to end
INTERRUPTED = 130


def ask(rig, check):
    started = time.monotonic()
    said, process = ended(start(rig))
    length = time.monotonic() - started
    check("the demo ends with exit 0 and says what it saw", process.returncode == 0 and "the journey of order" in said, said[-2000:])
    nothing_left(check, "after it")
    for number in range(POINTS):
        interrupt(rig, check, random.uniform(length * number / POINTS, length * (number + 1) / POINTS), number)


def interrupt(rig, check, after, number):
    """By turns as a terminal's Ctrl-C, which reaches every process of the demo, twice as an impatient person does; and by kill."""
    process = start(rig)
    time.sleep(after)  # the point itself is what is tried here
    early = process.poll() is None
    with contextlib.suppress(ProcessLookupError):
        if number % 2:
            os.killpg(process.pid, signal.SIGINT)
            time.sleep(0.2)
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.send_signal(signal.SIGTERM)
    said, _ = ended(process)
    nothing_left(check, f"interrupted by {'Ctrl-C' if number % 2 else 'SIGTERM'} after {after:.2f} s")
    if early and " passed, " not in said:  # otherwise it had just come to its own end
        check.equal("and its exit says that it was", abs(process.returncode) in (INTERRUPTED, signal.SIGINT, signal.SIGTERM), True)
    else:
        print(f"          it had ended before: {said[-200:]!r}")


def start(rig):
    """tools/demo itself, so that installing, building and the journey are interrupted alike."""
    return subprocess.Popen([ROOT / "tools/demo", "--name", NAME, "--orders", "20"], text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, start_new_session=True, env={**os.environ, "SLUICE_BUILD": str(rig.build)})


def ended(process):
    """What it said, and itself. One that does not end is asked to, and the question has no answer."""
    try:
        return process.communicate(timeout=LONGEST)[0], process
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGTERM)
        process.communicate()
        raise


def nothing_left(check, when):
    left = files() + processes() + links()
    check(f"{when}: no namespace, process, interface, folder or hugepage file is left", left == [], left)


def files():
    """By name, wherever such things live: a namespace is a file below /run, too. Shares no list with the clean-up."""
    places = [place for place in ("/run", "/var/lib", "/tmp", "/dev/shm", "/dev/hugepages", "/etc/netns", "/etc/frr") if Path(place).is_dir()]
    return subprocess.run(["find", *places, "-xdev", "-maxdepth", "3", "-name", f"*{NAME}*"], capture_output=True, text=True, check=False).stdout.split()


def processes():
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if NAME in words:
            found.append(words)
    return found


def links():
    return [line for line in subprocess.run(["ip", "-o", "link"], capture_output=True, text=True, check=True).stdout.splitlines() if NAME in line]
