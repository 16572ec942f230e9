#!/usr/bin/python3 -B
"""Installs, builds and runs every test: sudo tools/test. Ends with the line `N passed, N failed`; exit 1 if one failed.

  tools/test --list         the parts, one line each
  tools/test --only PART    one part (may be given several times)
"""
import argparse
import functools
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from ahead import Ahead

ROOT = Path(__file__).resolve().parents[1]
QUESTIONS = ROOT / "tests/net_tap"
FOLDERS = {  # of questions, with what they are about
    "journey": "a phone's order and a film across both gateways, other values, the demo itself; net_tap",
    "ip": "ping, traceroute, IPv6 and VLAN tags through a node; net_tap",
    "nat": "a phone's TCP, UDP and pings under public addresses; net_tap",
    "l4lb": "services in front of two backends, on one node and on two; net_tap",
    "vxlan": "the kernel's VXLAN device as peer; net_tap",
    "gtpu": "tunnels made by scapy and read by tshark; net_tap",
    "bgp": "FRR beside a node, with FRR as peers: routes, ECMP, BFD, managed configuration, deaths; net_tap",
    "routes": "very many routes from BIRD: flaps, a stopped control process, an overrun socket; net_tap",
    "registry": "ZooKeeper and a file: how fast a change is a packet's, outages, hostile entries; net_tap",
    "control": "configurations applied under traffic, on trial, the control process killed; net_tap",
    "health": "backends killed, silent, drained and all down: where flows go; net_tap",
    "announce": "FRR tells a peer what the node announces: backends, drain, stop, kill; net_tap",
    "metrics": "the Prometheus endpoint against sluicectl, scraped hard, and what it measures of the feeds; net_tap",
    "afxdp": "a NIC that stays with the kernel: tunnels, services and NAT beside its TCP, ping and BGP; AF_XDP on veth",
    "fault": "dataplanes with a leak and with a double count are found out; net_tap",
}
BUILDS = {  # folder: (compiler, options of meson)
    "build": ("gcc", []),
    "build-sanitize": ("clang", ["-Db_sanitize=address,undefined", "-Db_lundef=false", "-Doptimization=1", "-Dcpp_args=-gline-tables-only"]),
}
HEADERS = ("tools/check", "--only-headers")
COMPILERS = {"gcc": ("gcc", "g++"), "clang": ("clang", "clang++")}


class Tally:
    """Of the parts chosen how much passed and failed, and the lines that told of a failure: they are said again at the end."""

    def __init__(self, parts):
        self.later = parts  # that may be begun ahead; None: they are
        self.passed = self.failed = 0
        self.failures = []

    def note(self, passed, failed, said=""):
        self.passed += passed
        self.failed += failed
        if failed:
            self.failures += re.findall(r"^.*(?:NOT OK|\b(?:FAIL|TIMEOUT)\b).*$", said, re.MULTILINE) or ["a part ended without its tally"]


AHEAD = {}  # commands that were begun before their part's turn


def run(*command, **environment):
    """Runs a command, or waits for the one begun ahead, with its output on ours; returns (its exit status, what it said)."""
    if command in AHEAD:
        status, said = AHEAD[command].finish()
        print(said, end="", flush=True)
        del AHEAD[command]
        return status, said
    process = subprocess.Popen([str(word) for word in command], cwd=ROOT, env={**os.environ, **environment}, text=True,
                               errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = []
    try:
        for line in process.stdout:
            print(line, end="", flush=True)
            said.append(line)
    except KeyboardInterrupt:
        process.send_signal(signal.SIGINT)  # a terminal has told it already; kill(1) told only us
        process.wait()
        raise
    return process.wait(), "".join(said)


def begin_ahead(parts):
    """Begins the long compilations of later parts, once, beside the first questions."""
    for part, (command, environment) in (("headers", (HEADERS, {})), ("sanitize", build_command("build-sanitize"))):
        if part in parts:
            AHEAD[command] = Ahead(command, ROOT, {**os.environ, **environment})


def build_command(folder):
    compiler, options = BUILDS[folder]
    cc, cxx = COMPILERS[compiler]
    return ("tools/build", folder, *options), {"CC": cc, "CXX": cxx}


def build(tally, folder):
    command, environment = build_command(folder)
    status, _ = run(*command, **environment)
    if status != 0:
        sentence = f"NOT OK  {folder} builds with {BUILDS[folder][0]}"
        print(sentence)
        tally.note(0, 1, sentence)
    return status == 0


def suites(tally, folder, *names):
    """Suites of meson, side by side; meson counts programs, we count what is in its summary."""
    chosen = [word for name in names for word in ("--suite", name)]
    status, said = run("meson", "test", "-C", folder, "--no-rebuild", "--print-errorlogs", *chosen,
                       UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1")
    passed, failed = (sum(int(number) for number in re.findall(rf"^{word}:\s+(\d+)", said, re.MULTILINE))
                      for word in ("Ok", "(?:Fail|Timeout|Unexpected Pass)"))
    if (status != 0 and failed == 0) or passed + failed == 0:
        failed += 1  # meson itself failed, or found nothing: that is no success
    tally.note(passed, failed, said)


def unit(tally):
    """parsers, tables, wire formats, configuration, control process, tools; gcc"""
    if build(tally, "build"):
        suites(tally, "build", "unit")


def scenario(tally):
    """the whole pipeline in one process, packets in, packets out; gcc"""
    if build(tally, "build"):
        suites(tally, "build", "scenario")


def bench(tally):
    """every case of tools/bench with few flows: each packet compared with a reference, none lost; gcc"""
    status, _ = run("tools/bench", "--quick")
    tally.note(int(status == 0), int(status != 0), "NOT OK  tools/bench --quick")


def pktgen(tally):
    """the profiles of tools/pktgen through a node on memif: every frame is accounted for; builtin generator"""
    if not build(tally, "build"):
        return
    status, said = run("tools/pktgen/run", "--generator", "builtin", "--check")
    tally_of(tally, status, said)


def sanitize(tally):
    """everything builds with clang without a warning; unit and scenario tests under ASan and UBSan"""
    if build(tally, "build-sanitize"):
        suites(tally, "build-sanitize", "unit", "scenario")


def check(tally):
    """format, include rule, READMEs, top level"""
    status, said = run("tools/check", "--no-headers")
    tally.note(int(status == 0), int(status != 0), said)


def headers(tally):
    """every header compiles alone"""
    if build(tally, "build"):  # they need those that are generated
        status, said = run(*HEADERS)
        tally.note(int(status == 0), int(status != 0), said)


def ask(folder, tally):
    """One folder of questions for the real processes; they wait more than they compute, so compilers run beside them."""
    if not build(tally, "build"):
        return
    if tally.later is not None:
        begin_ahead(tally.later)
        tally.later = None
    status, said = run(QUESTIONS / "run", *sorted((QUESTIONS / folder).glob("*.py")))
    tally_of(tally, status, said)


def tally_of(tally, status, said):
    """Adds the last line `N passed, N failed`; a part that ended without it, or with none passed, has failed."""
    count = re.findall(r"^(\d+) passed, (\d+) failed$", said, re.MULTILINE)
    passed, failed = map(int, count[-1]) if count else (0, 0)
    tally.note(passed, failed if failed or (status == 0 and passed) else 1, said)


def nic(tally):
    """a node on DPDK's PCI drivers, on cards that QEMU emulates; skipped where there is no QEMU or no kernel for it"""
    if not build(tally, "build"):
        return
    status, said = run("tests/nic/run")
    if status != 0 or "0 passed, 0 failed" not in said.splitlines():  # else it was skipped, and has said why
        tally_of(tally, status, said)


PARTS = {part.__name__: (part.__doc__, part) for part in (check, unit, scenario, bench, pktgen)}
PARTS |= {folder: (text, functools.partial(ask, folder)) for folder, text in FOLDERS.items()}
PARTS |= {part.__name__: (part.__doc__, part) for part in (nic, headers, sanitize)}


def arguments():
    parser = argparse.ArgumentParser(prog="tools/test", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--list", action="store_true", help="name the parts")
    parser.add_argument("--only", action="append", choices=PARTS, metavar="PART", help="run this part")
    return parser.parse_args()


def stop(*_):
    raise KeyboardInterrupt


def main():
    options = arguments()
    if options.list:
        for name, (text, _) in PARTS.items():
            print(f"{name:<10}{text}")
        return 0
    if os.geteuid() != 0:
        print("tools/test: network namespaces need root: sudo tools/test", file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, stop)
    chosen = options.only or list(PARTS)
    tally = Tally(chosen)
    try:
        if run("tools/setup")[0] != 0:
            return 1
        for name in chosen:
            started = time.monotonic()
            print(f"== {name}: {PARTS[name][0]}", flush=True)
            PARTS[name][1](tally)
            print(f"== {name}: {time.monotonic() - started:.0f} s", flush=True)
    except KeyboardInterrupt:
        print("tools/test: interrupted", file=sys.stderr)
        return 130
    finally:
        for begun in AHEAD.values():
            begun.end()
    for failure in tally.failures:
        print(f"failed: {failure.strip()}")
    print(f"{tally.passed} passed, {tally.failed} failed")
    return 0 if tally.failed == 0 and tally.passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
