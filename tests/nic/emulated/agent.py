"""Commands for the guest's shell, over its second serial port: one line in, output and exit status back."""
import re
import socket
import time

from lib.shell import Failure


class Agent:
    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))
        self._heard = b""

    def wait_until_ready(self, alive, patience=90):
        """`alive` says whether the machine still runs."""
        self._read_until(rb"=ready=\n", patience, alive)

    def run(self, command, check=True, patience=60):
        self._socket.sendall(command.encode() + b"\n")
        match = self._read_until(rb"(?s)\A(.*)\n=end= (\d+)\n", patience)
        output, status = match[1].decode(errors="replace"), int(match[2])
        if check and status != 0:
            raise Failure(f"guest: {command}: exit {status}: {output.strip()[-2000:]}")
        return output

    def succeeds(self, command):
        return self.run(f"{command} > /dev/null 2>&1; echo $?").strip() == "0"

    def close(self):
        self._socket.close()

    def _read_until(self, pattern, patience, alive=lambda: True):
        deadline = time.monotonic() + patience
        while (match := re.search(pattern, self._heard)) is None:
            if time.monotonic() > deadline or not alive():
                raise Failure(f"the guest does not answer; its last words: {self._heard[-1000:]!r}")
            self._socket.settimeout(0.5)
            try:
                heard = self._socket.recv(65536)
            except TimeoutError:
                continue
            if not heard:
                raise Failure("the guest has ended")
            self._heard += heard
        self._heard = self._heard[match.end():]
        return match
