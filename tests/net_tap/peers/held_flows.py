#!/usr/bin/python3 -B
"""Opens connections to tcp_lines.py and keeps them busy until SIGTERM: held_flows.py ADDRESS PORT COUNT.

Each sends a numbered line every 100 ms and wants its own answer back. Prints one line of JSON at the end: for each flow
the backend, its answers, what ended it (null: nothing) and the longest wait for an answer in milliseconds."""
import json
import signal
import socket
import sys
import threading
import time

PERIOD = 0.1
stopping = threading.Event()


class Flow(threading.Thread):
    def __init__(self, peer):
        super().__init__(daemon=True)
        self.report = {"backend": None, "answers": 0, "ended": None, "longest_ms": 0}
        self.connection = socket.create_connection(peer, timeout=5)
        self.stream = self.connection.makefile("rwb")
        self._ask(0)

    def run(self):
        number = 1
        try:
            while not stopping.wait(PERIOD):
                self._ask(number)
                number += 1
        except (OSError, ValueError) as error:
            self.report["ended"] = f"{type(error).__name__}: {error}"

    def _ask(self, number):
        asked = time.monotonic()
        self.stream.write(f"{number}-line\n".encode())
        self.stream.flush()
        words = self.stream.readline().decode().split()
        if len(words) != 2 or words[1] != f"{number}-line"[::-1] or self.report["backend"] not in (None, words[0]):
            raise ValueError(f"asked {number}, got {words}")
        self.report["backend"] = words[0]
        self.report["answers"] += 1
        self.report["longest_ms"] = max(self.report["longest_ms"], round((time.monotonic() - asked) * 1000))


def main():
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    flows = [Flow((sys.argv[1], int(sys.argv[2]))) for _ in range(int(sys.argv[3]))]
    for flow in flows:
        flow.start()
    print("ready", flush=True)
    while not stopping.wait(1):
        pass
    for flow in flows:
        flow.join(6)
    print(json.dumps([flow.report for flow in flows]), flush=True)


if __name__ == "__main__":
    main()
