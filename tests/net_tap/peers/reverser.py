#!/usr/bin/python3 -B
"""Answers every UDP datagram with its payload reversed: reverser.py PORT. Both address families."""
import socket
import sys

SO_RCVBUFFORCE = 33  # Python has no name for it


def main():
    peer = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    peer.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    peer.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
    peer.bind(("::", int(sys.argv[1])))
    print("ready", flush=True)
    while True:
        payload, source = peer.recvfrom(65536)
        peer.sendto(payload[::-1], source)


if __name__ == "__main__":
    main()
