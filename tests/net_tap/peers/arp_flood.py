#!/usr/bin/python3 -B
"""ARP requests for one address from ever new stations, as fast as a socket takes them: arp_flood.py LINK ADDRESS SECONDS.

Prints one line of JSON: how many were sent, and for how long."""
import itertools
import json
import socket
import struct
import sys
import time

STATIONS = 4096


def request(number, target):
    station = bytes([0x02, 0x66, 0, 0]) + struct.pack("!H", number)
    sender = bytes([198, 18]) + struct.pack("!H", number)
    arp = struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1) + station + sender + bytes(6) + target
    return b"\xff" * 6 + station + b"\x08\x06" + arp + bytes(18)


def main():
    link, address, seconds = sys.argv[1], socket.inet_aton(sys.argv[2]), float(sys.argv[3])
    out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    out.bind((link, 0))
    frames = [request(number, address) for number in range(STATIONS)]
    print("started", flush=True)
    sent, begun = 0, time.monotonic()
    for frame in itertools.cycle(frames):
        try:
            out.send(frame)
            sent += 1
        except OSError:  # ENOBUFS: the queue is full
            continue
        if sent % 512 == 0 and time.monotonic() - begun > seconds:
            break
    print(json.dumps({"sent": sent, "seconds": time.monotonic() - begun}), flush=True)


if __name__ == "__main__":
    main()
