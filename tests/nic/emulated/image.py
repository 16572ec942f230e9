"""The guest's file system: busybox, our programs, DPDK's drivers, every library these need, the kernel's modules."""
import re
from pathlib import Path

from lib.shell import run

from .archive import Archive

INIT = Path(__file__).with_name("init")
BUSYBOX = Path("/bin/busybox")
APPLETS = ("awk cat cut echo env false grep head hostname insmod ip kill ln ls mkdir mount printf ps readlink rm sed setsid sh sleep "
           "stty sync tail test true uname").split()
PROGRAMS = ("sluice-dataplane", "sluice-control", "sluicectl")
# DPDK loads every driver of its folder, so the guest's has only what its machine needs.
DRIVERS = ("bus_pci", "bus_vdev", "mempool_ring", "net_e1000", "net_vmxnet3", "net_virtio")


def write_image(path, rig, kernel, files):
    """`files`: more of them, name: text."""
    archive = Archive()
    for folder in ("proc", "sys", "dev", "tmp", "run", "var/lib/sluice"):
        archive.folder(folder)
    archive.link("var/run", "/run")
    archive.file("init", INIT.read_bytes(), executable=True)
    archive.file("bin/busybox", BUSYBOX.read_bytes(), executable=True)
    for applet in APPLETS:
        archive.link(f"bin/{applet}", "busybox")
    programs = [rig.program(name) for name in PROGRAMS]
    for program in programs:
        archive.file(f"bin/{program.name}", program.read_bytes(), executable=True)
    drivers = list(_drivers())
    for library in {*drivers, *_libraries(programs + drivers)}:
        _add_library(archive, library)
    for name, module in kernel.modules():
        archive.file(f"modules/{name}.ko", module)
    archive.file("modules/order", "".join(f"{name}\n" for name, _ in kernel.modules()).encode())
    for name, text in files.items():
        archive.file(name, text.encode())
    archive.write(path)


def _drivers():
    folder = sorted(Path(run("pkg-config", "--variable=libdir", "libdpdk").strip()).glob("dpdk/pmds-*"))[-1]
    for name in DRIVERS:
        yield sorted(folder.glob(f"librte_{name}.so.*"), key=lambda path: len(path.name))[-1]


def _libraries(binaries):
    """Each under the path by which the loader asks for it."""
    return {Path(name) for name in re.findall(r"(/\S+) \(0x", run("ldd", *binaries))}


def _add_library(archive, path):
    """One file under however many names: a copy of a driver would be loaded as a second driver."""
    real = path.resolve()
    archive.file(str(real), real.read_bytes(), executable=True)
    if path != real:
        archive.link(str(path), str(real))
