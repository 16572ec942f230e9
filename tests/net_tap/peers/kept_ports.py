#!/usr/bin/python3 -B
"""Asks tcp_lines.py by UDP from each of some ports of its own, five times a second, until it is killed:
kept_ports.py ADDRESS PORT FIRST COUNT.

Prints a line of JSON whenever a port is answered by another backend than before: when (time.time()), port, backend."""
import json
import select
import socket
import sys
import time

PERIOD = 0.2


def main():
    address, port, first, count = sys.argv[1], *map(int, sys.argv[2:])
    sockets = {own: bound(own, (address, port)) for own in range(first, first + count)}
    backends = {}
    print("ready", flush=True)
    while True:
        for each in sockets.values():
            try:
                each.send(b"hello")
            except OSError:  # what became of an earlier one
                pass
        until = time.monotonic() + PERIOD
        while (left := until - time.monotonic()) > 0:
            for each in select.select(list(sockets.values()), [], [], left)[0]:
                own = each.getsockname()[1]
                backend = answer(each)
                if backend is not None and backends.get(own) != backend:
                    backends[own] = backend
                    print(json.dumps({"at": time.time(), "port": own, "backend": backend}), flush=True)


def bound(own, peer):
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.bind(("", own))
    one.connect(peer)
    return one


def answer(one):
    try:
        return one.recv(100).decode().split()[0]
    except OSError:
        return None


if __name__ == "__main__":
    main()
