#!/usr/bin/python3 -B
"""Answers every UDP datagram with its payload reversed, and by whom and when it was received: witness.py PORT NAME.

The time is CLOCK_MONOTONIC in nanoseconds, which all namespaces of a machine share."""
import socket
import sys
import time


def main():
    peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    peer.bind(("0.0.0.0", int(sys.argv[1])))
    name = sys.argv[2].encode()
    print("ready", flush=True)
    while True:
        payload, source = peer.recvfrom(2048)
        received = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        peer.sendto(payload[::-1] + b" " + name + b" " + str(received).encode(), source)


if __name__ == "__main__":
    main()
