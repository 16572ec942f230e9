#!/usr/bin/python3 -B
"""Sends numbered UDP packets at a steady rate and says which came back: numbered_stream.py ADDRESS PORT RATE SECONDS [FLOWS].

One packet in ten opens a flow of its own (a socket with a new source port) until there are FLOWS, the others go over flows opened before. The
peer returns each payload reversed, so that a packet which merely came back is no answer. SIGTERM ends it early. Prints one line of JSON at the
end: sent, flows, lost (numbers), wrong, twice, and the longest gap between two answers in milliseconds."""
import json
import random
import resource
import select
import signal
import socket
import struct
import sys
import time

SO_RCVBUFFORCE = 33  # Python has no name for it
LAST_ANSWERS = 3.0  # seconds to wait after the last packet
BUFFER = 4 << 20
PADDING = bytes(range(64))


def main():
    address, port, rate, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
    total = int(rate * seconds)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    stream = Stream((address, port), int(sys.argv[5]) if len(sys.argv) > 5 else total)
    ended = []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
    started = time.monotonic()
    print("started", flush=True)
    while stream.sent < total and not ended:
        now = time.monotonic()
        while stream.sent < total and started + stream.sent / rate <= now:
            stream.send()
        stream.receive(min(0.0005, 1 / rate))
    until = time.monotonic() + LAST_ANSWERS
    while stream.missing and time.monotonic() < until:
        stream.receive(0.1)
    print(json.dumps(stream.report()), flush=True)


class Stream:
    def __init__(self, peer, most_flows):
        self.peer = peer
        self.most_flows = most_flows
        self.sent = 0
        self.missing = set()
        self.wrong = self.twice = 0
        self.flows = []
        self.poll = select.epoll()
        self.by_descriptor = {}
        self.random = random.Random(1)
        self.last_answer = None
        self.longest_gap = 0.0

    def send(self):
        number = self.sent
        flow = self._open() if number % 10 == 0 and len(self.flows) < self.most_flows else self.random.choice(self.flows)
        self.missing.add(number)
        self.sent += 1
        flow.send(struct.pack("!Q", number) + PADDING)

    def receive(self, patience):
        for descriptor, _ in self.poll.poll(patience):
            while True:
                try:
                    payload = self.by_descriptor[descriptor].recv(2048)
                except BlockingIOError:
                    break
                self._note(payload)

    def report(self):
        return {"sent": self.sent, "flows": len(self.flows), "lost": sorted(self.missing), "wrong": self.wrong,
                "twice": self.twice, "longest_gap_ms": round(self.longest_gap * 1000)}

    def _open(self):
        flow = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        flow.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER)
        flow.connect(self.peer)
        self.flows.append(flow)
        self.by_descriptor[flow.fileno()] = flow
        self.poll.register(flow, select.EPOLLIN)
        return flow

    def _note(self, payload):
        payload = payload[::-1]
        number = struct.unpack("!Q", payload[:8])[0] if len(payload) >= 8 else -1
        if payload[8:] != PADDING or not 0 <= number < self.sent:
            self.wrong += 1
            return
        if number not in self.missing:
            self.twice += 1
        self.missing.discard(number)
        now = time.monotonic()
        if self.last_answer is not None:
            self.longest_gap = max(self.longest_gap, now - self.last_answer)
        self.last_answer = now


if __name__ == "__main__":
    main()
