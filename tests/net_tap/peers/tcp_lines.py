#!/usr/bin/python3 -B
"""A TCP server that answers each line with its own name and the line reversed: tcp_lines.py NAME PORT...

It answers datagrams to the same ports in the same way."""
import socket
import sys
import threading


def main():
    name = sys.argv[1]
    listeners = [socket.create_server(("0.0.0.0", int(port)), backlog=256) for port in sys.argv[2:]]
    datagrams = [bound(int(port)) for port in sys.argv[2:]]
    print("ready", flush=True)
    for each in datagrams:
        threading.Thread(target=serve_datagrams, args=(each, name), daemon=True).start()
    for listener in listeners[1:]:
        threading.Thread(target=serve, args=(listener, name), daemon=True).start()
    serve(listeners[0], name)


def serve(listener, name):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=answer, args=(connection, name), daemon=True).start()


def bound(port):
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.bind(("0.0.0.0", port))
    return datagrams


def serve_datagrams(datagrams, name):
    while True:
        try:
            line, sender = datagrams.recvfrom(2048)
            datagrams.sendto(f"{name} {line.decode()[::-1]}".encode(), sender)
        except OSError:  # a sender that is gone
            pass


def answer(connection, name):
    try:
        with connection, connection.makefile("rwb") as stream:
            for line in stream:
                stream.write(f"{name} {line.decode().strip()[::-1]}\n".encode())
                stream.flush()
    except OSError:  # a health check ends with a reset
        pass


if __name__ == "__main__":
    main()
