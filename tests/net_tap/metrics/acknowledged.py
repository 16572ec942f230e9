"""From a change at a feed to the dataplane's acknowledgement: measured for each feed, exported, and shown by sluicectl."""
import os
import time

from lib.prometheus import scrape
from lib.shell import wait_until
from lib.topology import CloudSide, Internet

URL = "http://127.0.0.1:9469/metrics"
CHANGES = 200
MEAN_MS = 50  # on a machine that does other things as well; the figures themselves are printed
SLOW_MS = 500


def ask(rig, check):
    internet = Internet(rig)
    cloud = CloudSide(rig, internet, backends=("10.1.0.31",), extra_services=registry_service(rig))
    node = cloud.node
    node.file.write_text(node.file.read_text().replace("netns: ", 'metrics: "127.0.0.1:9469", netns: ', 1))
    write(rig, 1)
    cloud.start()
    before = counts(scrape(node.home, URL))
    for number in range(CHANGES):
        write(rig, number + 2)
        time.sleep(0.02)
    found = wait_until("every change of the registry is acknowledged", lambda: all_counted(node, before), timeout=10)
    feed = next(f for f in node.ctl("feeds")["feeds"] if f["name"] == "shop")
    check(f"{CHANGES} changes of the file: last {feed['ack_last_us'] / 1000:.1f} ms, 99th of a hundred "
          f"{feed['ack_p99_us'] / 1000:.1f} ms", 0 < feed["ack_p99_us"] < SLOW_MS * 1000, feed)
    check("sluicectl feeds shows both", "ACKNOWLEDGED" in node.ctl_text("feeds") and " ms" in node.ctl_text("feeds"), node.ctl_text("feeds"))
    mean = found("sluice_feed_acknowledged_seconds_sum", feed="shop") / found("sluice_feed_acknowledged_seconds_count", feed="shop")
    check(f"the histogram has them all, mean {mean * 1000:.1f} ms",
          found("sluice_feed_acknowledged_seconds_bucket", feed="shop", le="+Inf") == found("sluice_feed_acknowledged_seconds_count", feed="shop")
          and mean < MEAN_MS / 1000)
    kernels(check, node, found)


def kernels(check, node, before):
    """A route of the node's namespace is a change of the other feed, and of that alone."""
    node.kernel.ip("route add 192.168.77.0/24 via 198.51.100.5")
    after = wait_until("the route is acknowledged",
                       lambda: found if counts(found := scrape(node.home, URL)).get("kernel", 0) > counts(before).get("kernel", 0) else None)
    check("a route of the kernel is counted for its feed", True)
    check.equal("and not for the registry", counts(after)["shop"], counts(before)["shop"])


def all_counted(node, before):
    found = scrape(node.home, URL)
    return found if counts(found).get("shop", 0) >= before.get("shop", 0) + CHANGES * 0.9 else None  # two may share a transaction


def counts(found):
    return {feed: value for (feed,), value in found.series("sluice_feed_acknowledged_seconds_count", "feed").items()}


def write(rig, weight):
    """As a careful writer does: beside, then renamed."""
    beside = rig.directory / "registry.new"
    beside.write_text(f"version: 1\nservices:\n  more: [{{address: 10.1.0.32, port: 8080, weight: {weight}}}]\n")
    os.rename(beside, rig.directory / "registry.yaml")


def registry_service(rig):
    return f"""  more:
    address: 203.0.113.90
    ports: [80/tcp]
    network: shop
    backends: {{registry: shop, service: more}}
registries:
  shop: {{file: {rig.directory}/registry.yaml}}
"""
