"""Without routing daemons no node knows the way, and the order is not delivered; once they run, it is."""
from lib.shell import wait_until
from lib.told import SERVICE_ROUTE, ToldJourney, source_of, sources


def ask(rig, check):
    journey = ToldJourney(rig, with_bgp=False)
    journey.start()
    mobile, cloud = journey.mobile.node, journey.cloud.node
    wait_until("the registry has named the machines", lambda: len(cloud.ctl("services", "order")["services"][0].get("backends", [])) == 2)
    check.equal("no node has a learned route", sources(mobile, "bgp") + sources(cloud, "bgp"), [])
    check("nor a static one", not sources(mobile, "static") and not sources(cloud, "static"), (sources(mobile, "static"), sources(cloud, "static")))
    answer, _ = journey.order("without-bgp", timeout=3)
    check("the order is not delivered", answer is None, answer)
    check("it died as no_route", mobile.dropped().get("no_route", 0) > 0, mobile.dropped())
    journey.start_bgp()
    journey.wait_until_told()
    check.equal("with BGP the mobile node has the way to the service", source_of(mobile, SERVICE_ROUTE), "bgp")
    check("and the order arrives", (journey.order("with-bgp")[0] or {}).get("order") == "with-bgp")
