#!/usr/bin/python3 -B
"""Says who it is on TCP: namer.py NAME PORT. A line is answered by NAME and the line reversed. Both address families."""
import socketserver
import sys


class Answer(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(sys.argv[1].encode() + b" " + line.rstrip(b"\n")[::-1] + b"\n")


class Server(socketserver.ThreadingTCPServer):
    address_family = socketserver.socket.AF_INET6  # and IPv4 by mapped addresses
    allow_reuse_address = daemon_threads = True
    request_queue_size = 128


if __name__ == "__main__":
    with Server(("::", int(sys.argv[2])), Answer) as server:
        print("ready", flush=True)
        server.serve_forever()
