"""A Debian kernel for the guest: downloaded by apt into the build directory and unpacked there, never installed."""
import lzma
import os
import re
import shutil
import subprocess
from pathlib import Path

from lib.shell import Failure, run

META_PACKAGE = "linux-image-cloud-amd64"  # a small kernel that still has vfio-pci and Intel's IOMMU
# In the order they must be loaded; some kernels have the second or fourth built into another.
MODULES = ("irqbypass", "vfio", "vfio_iommu_type1", "vfio_virqfd", "vfio-pci-core", "vfio-pci", "tun")


class Kernel:
    def __init__(self, folder):
        """`folder`: an unpacked linux-image package."""
        self.image = next((folder / "boot").glob("vmlinuz-*"))
        self.version = self.image.name.removeprefix("vmlinuz-")
        self._modules = {re.sub(r"\.ko(\.xz)?$", "", path.name): path for path in folder.glob("**/*.ko*")}

    def modules(self):
        """(name, content) of each module that the guest loads, in order."""
        for name in MODULES:
            path = self._modules.get(name)
            if path is not None:
                data = path.read_bytes()
                yield name, lzma.decompress(data) if path.suffix == ".xz" else data


def kernel(cache):
    """The kernel in `cache`, fetched when it is not there. Raises Failure where it cannot be had."""
    folder = cache / "kernel"
    if not folder.is_dir():
        _unpack(_download(cache), folder)
    return Kernel(folder)


def _download(cache):
    depends = run("apt-cache", "depends", META_PACKAGE, check=False)
    package = re.search(r"Depends: (linux-image-\S+)", depends)
    if package is None:
        raise Failure(f"apt knows no {META_PACKAGE}; apt-get update")
    download = cache / "download"
    shutil.rmtree(download, ignore_errors=True)
    download.mkdir(parents=True)
    result = subprocess.run(["apt-get", "download", package[1]], cwd=download, capture_output=True, text=True, check=False)
    found = list(download.glob("*.deb"))
    if result.returncode != 0 or len(found) != 1:
        raise Failure(f"{package[1]} could not be downloaded: {result.stderr.strip()[-300:]}")
    return found[0]


def _unpack(package: Path, folder):
    """Into place by a rename, so that an interrupted unpacking is never taken for a kernel."""
    partial = folder.with_name(f"kernel.{os.getpid()}")
    try:
        run("dpkg-deb", "--extract", package, partial)
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(package.parent, ignore_errors=True)
