"""A 100 MB HTTPS download arrives whole at 100 Mbit/s or more, with MSS clamping and with ICMP alone."""
import hashlib
import os
import statistics

from lib.topology import Journey, https

MEGABYTES = 100
LEAST_MBIT_S = 100
RUNS = 3


def ask(rig, check):
    journey = Journey(rig)
    journey.start()
    file = rig.directory / "files" / "film"
    wanted = write_random(file)
    downloads(journey, check, wanted, "with MSS clamping")
    for node in rig.nodes:
        node.file.write_text(node.file.read_text().replace("mss-clamp: true", "mss-clamp: false"))
        node.ctl_text("apply", node.file)
    downloads(journey, check, wanted, "without MSS clamping")


def write_random(file):
    digest = hashlib.sha256()
    with open(file, "wb") as out:
        for _ in range(MEGABYTES):
            block = os.urandom(1_000_000)
            digest.update(block)
            out.write(block)
    return digest.hexdigest()


def downloads(journey, check, wanted, how):
    speeds = []
    got = journey.rig.directory / "film"
    for _ in range(RUNS):
        text = https(journey.phone, journey.rig.directory, "/files/film", "-o", got, "-w", "%{speed_download}", timeout=90)
        digest = hashlib.sha256(got.read_bytes()).hexdigest() if got.exists() else ""
        got.unlink(missing_ok=True)
        if digest != wanted:
            check(f"{how}: the film arrives unharmed", False, digest or "nothing arrived")
            return
        speeds.append(float(text) * 8 / 1e6)
    shown = ", ".join(f"{speed:.0f}" for speed in speeds)
    check(f"{how}: {MEGABYTES} MB arrive with the right SHA-256 at {statistics.median(speeds):.0f} Mbit/s "
          f"(median of {shown}; at least {LEAST_MBIT_S})", statistics.median(speeds) >= LEAST_MBIT_S)
