#!/usr/bin/python3 -B
"""Opens a new connection to tcp_lines.py every 50 ms until it is killed: new_flows.py ADDRESS PORT.

Prints a line of JSON for each: when it began (time.time()), which backend answered, or what went wrong."""
import json
import socket
import sys
import time

PERIOD = 0.05


def main():
    peer = (sys.argv[1], int(sys.argv[2]))
    print("ready", flush=True)
    while True:
        began = time.time()
        print(json.dumps({"at": began, **attempt(peer)}), flush=True)
        time.sleep(max(0.0, began + PERIOD - time.time()))


def attempt(peer):
    try:
        with socket.create_connection(peer, timeout=0.5) as connection, connection.makefile("rwb") as stream:
            stream.write(b"hello\n")
            stream.flush()
            words = stream.readline().decode().split()
        return {"backend": words[0], "error": None} if words[1:] == ["olleh"] else {"backend": None, "error": f"got {words}"}
    except OSError as error:
        return {"backend": None, "error": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    main()
