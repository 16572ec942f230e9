#!/usr/bin/python3 -B
"""A base station's GTP-U made by scapy: gtpu_frames.py TEID. Right and wrong messages; prints the answers as JSON."""
import json
import socket
import struct
import sys

from scapy.all import ICMP, IP, raw
from scapy.contrib.gtp import GTP_U_Header, GTPEchoRequest, GTPPDUSessionContainer

GATEWAY = ("10.30.0.1", 2152)
PHONE, SERVER = "100.64.0.7", "192.0.2.9"


def main():
    teid = int(sys.argv[1], 0)
    peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    peer.bind(("10.30.0.9", 2152))
    peer.settimeout(2)
    ping = IP(src=PHONE, dst=SERVER) / ICMP(id=77)

    def ask(message):
        peer.sendto(raw(message), GATEWAY)
        try:
            return GTP_U_Header(peer.recv(2048))
        except TimeoutError:
            return None

    said = {"echo": echo(ask(GTP_U_Header(teid=0, S=1, seq=4711) / GTPEchoRequest()))}
    said["plain"] = pong(ask(GTP_U_Header(teid=teid) / ping))
    said["sequence"] = pong(ask(GTP_U_Header(teid=teid, S=1, seq=9) / ping))
    said["n_pdu"] = pong(ask(GTP_U_Header(teid=teid, PN=1, npdu=3) / ping))
    said["container"] = pong(ask(GTP_U_Header(teid=teid, E=1, next_ex=0x85) / GTPPDUSessionContainer(type=1, QFI=5) / ping))
    for message in wrong(teid, ping):
        peer.sendto(message, GATEWAY)
    ask(GTP_U_Header(teid=teid) / ping)  # its answer says that those before it are through
    print(json.dumps(said))


def wrong(teid, ping):
    right = bytearray(raw(GTP_U_Header(teid=teid) / ping))
    yield raw(GTP_U_Header(teid=0x77777777) / ping)
    yield raw(GTP_U_Header(teid=teid) / IP(src="100.64.0.8", dst=SERVER) / ICMP())
    yield bytes([right[0] & 0x1F | 0x40]) + right[1:]     # version 2
    yield bytes([right[0] & ~0x10]) + right[1:]           # GTP', the charging protocol
    yield bytes(right[:2]) + struct.pack("!H", len(right)) + right[4:]  # says more than there is
    yield bytes([right[0], 99]) + right[2:]               # no such message
    extended = bytes([0x34, 0xFF]) + struct.pack("!HI", 8, teid) + bytes([0, 0, 0, 0x85]) + bytes([0, 0, 0, 0])
    yield extended                                         # an extension header of length 0


def echo(answer):
    return answer and {"type": answer.gtp_type, "seq": answer.seq}


def pong(answer):
    if answer is None or IP not in answer:
        return None
    return {"teid": answer.teid, "from": answer[IP].src, "to": answer[IP].dst, "id": answer[ICMP].id}


if __name__ == "__main__":
    main()
