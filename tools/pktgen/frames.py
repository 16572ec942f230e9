"""Frames from the outside in: ethernet(ipv4(udp(...))). UDP checksums are zero (RFC 768: none), so that a generator may
write into a payload; IPv4's are right."""
import ipaddress
import struct

CAPTURE_HEADER = struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)


def ethernet(destination, source, packet):
    frame = bytes.fromhex(destination.replace(":", "")) + bytes.fromhex(source.replace(":", "")) + b"\x08\x00" + packet
    return frame.ljust(60, b"\0")  # the shortest frame, without its checksum (IEEE 802.3)


def ipv4(source, destination, protocol, payload, identifier=0):
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), identifier, 0x4000, 64, protocol, 0)
    head += ipaddress.IPv4Address(source).packed + ipaddress.IPv4Address(destination).packed
    total = sum(struct.unpack("!10H", head))
    total = (total & 0xFFFF) + (total >> 16)
    return head[:10] + struct.pack("!H", ~(total + (total >> 16)) & 0xFFFF) + head[12:] + payload


def udp(source, destination, payload):
    return struct.pack("!HHHH", source, destination, 8 + len(payload), 0) + payload


def datagram(source, source_port, destination, destination_port, size):
    """An IPv4 packet of `size` bytes, 46 at least: shorter ones would be padded behind their payload."""
    return ipv4(source, destination, 17, udp(source_port, destination_port, bytes(size - 28)))


def vxlan(vni, frame):
    """RFC 7348 section 5."""
    return struct.pack("!II", 0x08000000, vni << 8) + frame


def gtpu(teid, packet):
    """TS 29.281 section 5.1: version 1, GTP, no optional fields; message type 255, G-PDU."""
    return struct.pack("!BBHI", 0x30, 0xFF, len(packet), teid) + packet


def write_capture(path, frames):
    with open(path, "wb") as file:
        file.write(CAPTURE_HEADER)
        for frame in frames:
            file.write(struct.pack("<IIII", 0, 0, len(frame), len(frame)))
            file.write(frame)
