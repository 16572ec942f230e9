"""An initramfs: a cpio archive in the "newc" format (kernel documentation: driver-api/early-userspace/buffer-format)."""
import stat


class Archive:
    def __init__(self):
        self._entries = {}  # name: (mode, bytes)

    def file(self, name, data, executable=False):
        self._parents(name)
        self._entries[name.strip("/")] = (stat.S_IFREG | (0o755 if executable else 0o644), data)

    def link(self, name, target):
        self._parents(name)
        self._entries[name.strip("/")] = (stat.S_IFLNK | 0o777, target.encode())

    def folder(self, name):
        self._parents(name + "/x")

    def write(self, path):
        with open(path, "wb") as out:
            for number, (name, (mode, data)) in enumerate(self._entries.items(), 1):
                out.write(_record(name, mode, data, number))
            out.write(_record("TRAILER!!!", 0, b"", 0))

    def _parents(self, name):
        parts = name.strip("/").split("/")[:-1]
        for depth in range(1, len(parts) + 1):
            self._entries.setdefault("/".join(parts[:depth]), (stat.S_IFDIR | 0o755, b""))


def _record(name, mode, data, number):
    name = name.encode() + b"\0"
    links = 2 if stat.S_ISDIR(mode) else 1
    fields = (number, mode, 0, 0, links, 0, len(data), 0, 0, 0, 0, len(name), 0)
    head = b"070701" + b"".join(b"%08X" % value for value in fields) + name
    return _padded(head) + _padded(data)


def _padded(data):
    return data + bytes(-len(data) % 4)
