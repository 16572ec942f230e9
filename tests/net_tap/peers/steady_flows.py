#!/usr/bin/python3 -B
"""Sends UDP over a fixed set of flows in turn and says what each lost: steady_flows.py ADDRESS PORT FLOWS RATE SECONDS.

Source ports are 20000 and up; the peer returns payloads reversed. Ends early at SIGTERM. Prints one line of JSON: for each
source port what was sent, lost, and the longest time between two answers in milliseconds."""
import json
import select
import signal
import socket
import struct
import sys
import time

FIRST_PORT = 20000
LAST_ANSWERS = 1.0  # seconds to wait after the last packet
PADDING = bytes(range(32))


class Flow:
    def __init__(self, peer, port):
        self.port = port
        self.sent = self.answered = 0
        self.last = None
        self.longest_gap = 0.0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self.socket.bind(("", port))
        self.socket.connect(peer)

    def send(self):
        self.socket.send(struct.pack("!Q", self.sent) + PADDING)
        self.sent += 1

    def receive(self):
        while True:
            try:
                payload = self.socket.recv(2048)
            except (BlockingIOError, ConnectionRefusedError):
                return
            if payload[::-1][8:] != PADDING:
                continue
            now = time.monotonic()
            if self.last is not None:
                self.longest_gap = max(self.longest_gap, now - self.last)
            self.last = now
            self.answered += 1


def main():
    address, port, count, rate, seconds = sys.argv[1], *map(int, sys.argv[2:6])
    flows = [Flow((address, port), FIRST_PORT + number) for number in range(count)]
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    poll = select.epoll()
    by_descriptor = {flow.socket.fileno(): flow for flow in flows}
    for descriptor in by_descriptor:
        poll.register(descriptor, select.EPOLLIN)

    def receive(patience):
        for descriptor, _ in poll.poll(patience):
            by_descriptor[descriptor].receive()

    print("started", flush=True)
    started, sent = time.monotonic(), 0
    while sent < rate * seconds and not stopped:
        while sent < rate * seconds and started + sent / rate <= time.monotonic():
            flows[sent % count].send()
            sent += 1
        receive(1 / rate)
    until = time.monotonic() + LAST_ANSWERS
    while time.monotonic() < until and any(flow.answered < flow.sent for flow in flows):
        receive(0.05)
    print(json.dumps({flow.port: [flow.sent, flow.sent - flow.answered, round(flow.longest_gap * 1000)] for flow in flows}), flush=True)


if __name__ == "__main__":
    main()
