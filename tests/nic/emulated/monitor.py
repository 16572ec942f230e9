"""QEMU's monitor protocol (QMP): a JSON object per line over a UNIX socket; docs/interop/qmp-spec in QEMU's sources."""
import json
import socket

from lib.shell import Failure


class Monitor:
    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(30)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile("r", encoding="utf-8")
        self.events = []
        self._next()  # the greeting
        self.run("qmp_capabilities")

    def run(self, command, **arguments):
        request = json.dumps({"execute": command, "arguments": arguments})
        self._socket.sendall(request.encode() + b"\n")
        while True:
            answer = self._next()
            if "event" in answer:
                self.events.append(answer)
            elif "error" in answer:
                raise Failure(f"QEMU: {command}: {answer['error']['desc']}")
            else:
                return answer["return"]

    def close(self):
        self._lines.close()
        self._socket.close()

    def _next(self):
        line = self._lines.readline()
        if not line:
            raise Failure("QEMU has closed its monitor")
        return json.loads(line)
