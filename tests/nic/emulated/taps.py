"""TAP devices whose kernel ends live in the peers' namespaces; QEMU gets descriptors only (Linux: tuntap.rst).

Without IFF_VNET_HDR the kernel writes whole frames with right checksums, as a cable carries them. With it, it would leave
the inner checksums of what it encapsulates to the card, and no emulated card fills those in."""
import fcntl
import os
import struct

TUNSETIFF = 0x400454CA
IFF_TAP, IFF_MULTI_QUEUE, IFF_NO_PI = 0x0002, 0x0100, 0x1000


def open_tap(space, name, queues):
    """One descriptor per queue. The device goes when the last of them is closed."""
    flags = IFF_TAP | IFF_NO_PI | (IFF_MULTI_QUEUE if queues > 1 else 0)
    descriptors = []
    with space.entered():
        for _ in range(queues):
            descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC)
            descriptors.append(descriptor)
            fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH22x", name.encode(), flags))
    return descriptors
