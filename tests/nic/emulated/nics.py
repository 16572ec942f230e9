"""The network cards that QEMU emulates and DPDK has drivers for, and what each can do."""
import os
import subprocess
from dataclasses import dataclass

QEMU = os.environ.get("QEMU", "qemu-system-x86_64")


QUESTIONS = ("steady", "forward", "link", "jumbo", "removal")  # removal last: afterwards a port is missing
VIRTIO = "disable-legacy=on,iommu_platform=on,mq=on,vectors=6,host_mtu=9000"


@dataclass(frozen=True)
class Nic:
    name: str
    model: str             # QEMU's name
    driver: str            # DPDK's name
    options: str = ""      # more for QEMU's -device
    tap_queues: int = 1
    spreads: bool = False  # by RSS, over both workers
    jumbo_mtu: int = 9000
    longest_ring: int = 4096   # 0: its driver takes any wish, and does what the card does
    tells_rings: bool = False  # by which the node knows, and shows, how long they are
    questions: tuple = QUESTIONS


NICS = {nic.name: nic for nic in (
    Nic("e1000e", "e1000e", "net_e1000_em", tells_rings=True),
    # Its driver asks for RSS, but QEMU's card puts everything into queue 0.
    Nic("vmxnet3", "vmxnet3", "net_vmxnet3"),
    # iommu_platform: without it the card reaches memory around the IOMMU, where vfio's addresses mean nothing. Without RSS
    # the host's tap chooses the queues.
    Nic("virtio", "virtio-net-pci", "net_virtio", VIRTIO, tap_queues=2, longest_ring=0),
    # QEMU's RSS stalls for ever when the queue it has chosen is full: it waits for buffers in the queue that it read from.
    # So no TCP, which fills queues, is asked of it.
    Nic("virtio-rss", "virtio-net-pci", "net_virtio", VIRTIO + ",rss=on,hash=on,rx_queue_size=1024", tap_queues=2, spreads=True,
        longest_ring=0, questions=("steady",)),
    Nic("igb", "igb", "net_e1000_igb", spreads=True, tells_rings=True),
)}


def why_not(nic):
    """The reason for which this card cannot be tried here, or "" when it can."""
    try:
        said = subprocess.run([QEMU, "-device", "help"], capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:
        return f"there is no {QEMU}"
    return "" if f'"{nic.model}"' in said else f"this QEMU has no {nic.model}"
