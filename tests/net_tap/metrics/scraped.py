"""A node under traffic is scraped: series are what sluicectl says, stay bounded, and no scrape slows a change down."""
import json
import signal
import time

from lib import gateways
from lib.prometheus import fetch, scrape
from lib.shell import Failure, wait_until
from lib.topology import CloudSide, Internet

URL = "http://127.0.0.1:9469/metrics"
MOVED = "http://127.0.0.2:9470/metrics"
FRESH = 1.2  # seconds: an answer of the dataplane counts for one
SCRAPES, SECONDS = 100, 6
LAW = ("received", "injected", "originated", "sent", "dropped", "punted", "consumed")


def ask(rig, check):
    internet = Internet(rig)
    cloud = CloudSide(rig, internet)
    node = cloud.node
    node.file.write_text(node.file.read_text().replace("netns: ", 'metrics: "127.0.0.1:9469", netns: ', 1))
    cloud.start()
    for host in cloud.hosts:
        host.start_reverser()
    where_it_listens(check, node)
    stream = internet.server.start_peer("stream", "numbered_stream.py", gateways.ECHO_VIP, 7, 1000, 5)
    wait_until("the stream has ended", lambda: not stream.running(), timeout=20)
    report = json.loads(stream.output().strip().splitlines()[-1])
    answered = report["sent"] - len(report["lost"])
    check(f"{answered:,} of 5,000 packets over 500 flows came back", answered > 4_000 and report["wrong"] == 0, report)
    what_it_says(check, node, report)
    under_load(check, node)
    dataplane_away(check, node)
    moved(check, node)


def where_it_listens(check, node):
    first = scrape(node.home, URL)
    check.equal("a scrape finds the dataplane up", first("sluice_dataplane_up"), 1)
    check("in the namespace of the processes' start, and not in the node's own", fetch(node.kernel, URL, 1) == "")


def what_it_says(check, node, report):
    """At a moment when nothing moves, every figure is the one that sluicectl prints."""
    for _ in range(10):  # an ARP packet in between moves a counter
        time.sleep(FRESH)
        before, found, after = said(node), scrape(node.home, URL), said(node)
        if before == after:
            break
    exported = as_exported(found)
    check("nothing moved while it was compared", before == after)
    for subject, figures in after.items():
        check.equal(f"{subject}: {len(figures)} figures as sluicectl has them", exported[subject], figures)
    check("the law is balanced and adds up", found("sluice_law_balanced") == 1 and adds_up(found))
    check("flows of the backends are those of the stream", sum(found.series("sluice_backend_flows_total", "backend").values())
          >= report["flows"], found.series("sluice_backend_flows_total", "service", "backend"))
    high, used = (found("sluice_table_" + which, table="sessions", name="ipv4") for which in ("high_water", "used"))
    check(f"sessions: {used:g} used, at most {high:g}", high >= used >= report["flows"])
    gap = found("sluice_worker_longest_gap_seconds", worker="0")
    check(f"the worker's longest gap, {gap * 1000:.1f} ms, is one", 0 < gap < 5)
    check(f"{len(found.samples)} series, none of a session or a flow",
          len(found.samples) < 400 and "192.0.2.9" not in found.text, len(found.samples))
    untyped = [name for name, family in found.families.items() if name.startswith("sluice_") and family.type in ("unknown", "untyped")]
    check("each has a type and a sentence", not untyped and all(f.documentation for f in found.families.values()), untyped)


def said(node):
    """What sluicectl says, by subject, in the form of the series."""
    status, drops, services = node.ctl("status"), node.ctl("drops"), node.ctl("services")["services"]
    control = status["control"]
    return {
        "interfaces": {(p["name"],): (p["rx_packets"], p["rx_bytes"], p["tx_packets"], p["tx_bytes"], int(p["up"]))
                       for p in node.ctl("ports")["ports"]},
        "drops": {(r["stage"], r["name"]): r["packets"] for r in drops["drops"]},
        "consumed": {(r["stage"], r["name"]): r["packets"] for r in drops["consumed"]},
        "law": {(term,): drops["law"][term] for term in LAW} | {("held",): drops["law"]["held"]},
        "workers": {(str(w["id"]),): (w["packets"], w["bursts"]) for w in node.ctl("workers")["workers"]},
        "tables": {(t["table"], t["name"]): (t["used"], t["limit"], t["high_water"]) for t in status["dataplane"]["tables"]},
        "backends": {(s["name"], f"{b['address']}:{b['port']}"): (b["flows"], b["packets"], b["bytes"], b["weight"], b["share"])
                     for s in services for b in s["backends"]},
        "feeds": {(f["name"], f["kind"]): (f["entries"], f["skipped"]) for f in control["feeds"]},
        "numbers": {("sessions",): status["dataplane"]["sessions"], ("generation",): control["generation"],
                    ("applied",): control["applied"], ("needs_restart",): len(control["needs_restart"])},
    }


def as_exported(found):
    def joined(labels, *names):
        columns = [found.series(name, *labels) for name in names]
        return {key: tuple(column.get(key) for column in columns) for key in columns[0]}

    direction = "sluice_interface_{}_{}_total".format
    return {
        "interfaces": joined(["interface"], direction("receive", "packets"), direction("receive", "bytes"),
                             direction("transmit", "packets"), direction("transmit", "bytes"), "sluice_interface_up"),
        "drops": found.series("sluice_dropped_packets_total", "stage", "reason"),
        "consumed": found.series("sluice_consumed_packets_total", "stage", "reason"),
        "law": found.series("sluice_law_packets_total", "term") | {("held",): found("sluice_law_held_packets")},
        "workers": joined(["worker"], "sluice_worker_packets_total", "sluice_worker_bursts_total"),
        "tables": joined(["table", "name"], "sluice_table_used", "sluice_table_limit", "sluice_table_high_water"),
        "backends": joined(["service", "backend"], "sluice_backend_flows_total", "sluice_backend_packets_total",
                           "sluice_backend_bytes_total", "sluice_backend_weight", "sluice_backend_share_ratio"),
        "feeds": joined(["feed", "kind"], "sluice_feed_entries", "sluice_feed_skipped"),
        "numbers": {("sessions",): found("sluice_sessions"), ("generation",): found("sluice_control_generation"),
                    ("applied",): found("sluice_control_applied_number"), ("needs_restart",): found("sluice_control_needs_restart")},
    }


def adds_up(found):
    law = {term: value for (term,), value in found.series("sluice_law_packets_total", "term").items()}
    return law["received"] + law["injected"] + law["originated"] == (
        law["sent"] + law["dropped"] + law["punted"] + law["consumed"] + found("sluice_law_held_packets"))


def under_load(check, node):
    """Applies alone, and while the endpoint is fetched a hundred times a second."""
    alone = [timed_apply(node, number) for number in range(6)]
    scraper = node.home.start_peer("scraper", "scraper.py", "127.0.0.1", 9469, SCRAPES, SECONDS)
    time.sleep(1)
    loaded = [timed_apply(node, number) for number in range(6)]
    check("it was scraped all the while", scraper.running())
    wait_until("the scraper has ended", lambda: not scraper.running(), timeout=SECONDS + 20)
    report = json.loads(scraper.output().strip().splitlines()[-1])
    check(f"{report['fetched']} scrapes at {report['rate']} a second, slowest {report['slowest_ms']} ms, none failed",
          report["failed"] == 0 and report["fetched"] == SCRAPES * SECONDS, report)
    check(f"an apply takes {max(alone) * 1000:.0f} ms at most alone, {max(loaded) * 1000:.0f} ms meanwhile",
          max(loaded) < 2 * max(alone) + 0.5, (alone, loaded))


def timed_apply(node, number):
    text = node.file.read_text()
    weights = ("weight: 100}", "weight: 90}") if number % 2 == 0 else ("weight: 90}", "weight: 100}")
    node.file.write_text(text.replace(*weights))
    started = time.monotonic()
    applied = node.ctl("apply", node.file)
    took = time.monotonic() - started
    if applied["upserted"] == 0:
        raise Failure("an apply that changes nothing measures nothing")
    return took


def dataplane_away(check, node):
    node.dataplane.signal(signal.SIGSTOP)
    time.sleep(FRESH)
    started = time.monotonic()
    stopped = scrape(node.home, URL)
    took = time.monotonic() - started
    node.dataplane.signal(signal.SIGCONT)
    check(f"a dataplane that stands still is told as down after {took:.1f} s, and control speaks on",
          stopped("sluice_dataplane_up") == 0 and stopped("sluice_control_applied_number") is not None and took < 5, stopped.text[:500])
    check("none of its figures is made up meanwhile", not [name for name, _ in stopped.samples if "law" in name or "worker" in name])
    wait_until("it is up again", lambda: scrape(node.home, URL)("sluice_dataplane_up") == 1)

    starts = scrape(node.home, URL)("sluice_reconciler_dataplane_starts_total")
    node.dataplane.stop(signal.SIGKILL)
    wait_until("killed it is told as down", lambda: scrape(node.home, URL)("sluice_dataplane_up") == 0, timeout=3)
    gone = wait_until("control has noticed", lambda: is_cut_off(scrape(node.home, URL)), timeout=3)
    check("killed it is down, and control says that it is not connected and why", gone("sluice_control_error") == 1, gone.text[:500])
    node.start_dataplane()
    back = wait_until("it is up again", lambda: programmed(scrape(node.home, URL)), timeout=20)
    check.equal("another start identity, another resynchronisation", back("sluice_reconciler_dataplane_starts_total"), starts + 1)


def is_cut_off(found):
    return found if found("sluice_control_dataplane_connected") == 0 else None


def programmed(found):
    return found if found("sluice_dataplane_up") == 1 and found("sluice_dataplane_generation") else None


def moved(check, node):
    text = node.file.read_text()
    node.file.write_text(text.replace("127.0.0.1:9469", "127.0.0.2:9470"))
    node.ctl("apply", node.file)
    check("the address changes live", wait_until("at the new one", lambda: fetch(node.home, MOVED, 2), timeout=5) != "")
    check("and nobody is at the old one", fetch(node.home, URL, 1) == "")
    node.file.write_text(text.replace("127.0.0.1:9469", "192.0.2.1:9469"))
    node.ctl("apply", node.file)
    error = wait_until("an error", lambda: node.ctl("status")["control"]["error"], timeout=5)
    check("an address that is not here is said", "node.metrics: nobody can listen on 192.0.2.1:9469" in error, error)
    node.file.write_text(text.replace('"127.0.0.1:9469"', "none"))
    node.ctl("apply", node.file)
    wait_until("no error", lambda: not node.ctl("status")["control"]["error"], timeout=5)
    check("none closes it", fetch(node.home, MOVED, 1) == "")
