"""Without the registry the service has no machine and is not announced, and the order is not delivered; once it is there, it is."""
from lib.shell import wait_until
from lib.told import SERVICE_ROUTE, ToldJourney, source_of, sources


def ask(rig, check):
    journey = ToldJourney(rig, with_registry=False)
    journey.start()
    mobile, cloud = journey.mobile.node, journey.cloud.node
    wait_until("BGP has told the cloud node the way back", lambda: sources(cloud, "bgp"), timeout=30)
    check.equal("the service has no backend", cloud.ctl("services", "order")["services"][0].get("backends", []), [])
    feed = next(feed for feed in cloud.ctl("feeds")["feeds"] if feed["name"] == "shop")
    check("the feed says why", feed["state"] == "error" and feed["error"], feed)
    check("what nobody can answer is not announced", source_of(mobile, SERVICE_ROUTE) is None)
    answer, _ = journey.order("without-registry", timeout=3)
    check("the order is not delivered", answer is None, answer)
    journey.start_registry()
    wait_until("the mobile node has learned the way", lambda: source_of(mobile, SERVICE_ROUTE) == "bgp", timeout=60)
    check("with the registry the service is announced, and the order arrives",
          (journey.order("with-registry")[0] or {}).get("order") == "with-registry")
