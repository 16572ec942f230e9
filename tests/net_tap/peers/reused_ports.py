#!/usr/bin/python3 -B
"""Connects to tcp_lines.py from each of some ports of its own, asks and resets: reused_ports.py ADDRESS PORT FIRST COUNT.

Prints who answered each, or what went wrong, as JSON. The ports can be used again at once."""
import json
import socket
import struct
import sys

RESET = struct.pack("ii", 1, 0)  # SO_LINGER: on, 0 s


def main():
    address, port, first, count = sys.argv[1], *map(int, sys.argv[2:])
    print(json.dumps({own: ask((address, port), own) for own in range(first, first + count)}))


def ask(peer, own):
    try:
        with socket.create_connection(peer, timeout=2, source_address=("", own)) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            connection.sendall(b"hello\n")
            return connection.recv(100).decode().split()[0]
    except (OSError, IndexError) as error:
        return f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    main()
