"""A machine that registers in ZooKeeper as Dubbo does and stays: provider.py SERVERS PATH. Its entry lives as long as it does."""
import signal
import sys

from kazoo.client import KazooClient


def main(servers, path):
    client = KazooClient(hosts=servers, timeout=4)
    client.start()
    client.create(path, ephemeral=True, makepath=True)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    print("ready", flush=True)
    signal.pause()
    client.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
