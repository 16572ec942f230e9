"""The kernel's VXLAN device as peer: ping and traceroute from a virtual machine, MTU, foreign VNIs and broadcasts."""
from lib.capture import Capture
from lib.shell import run, wait_until
from lib.topology import CloudSide, Internet


def ask(rig, check):
    internet = Internet(rig)
    cloud = CloudSide(rig, internet)
    cloud.start()
    node, machine, other = cloud.node, cloud.hosts[0].machine, cloud.hosts[1].machine
    with Capture(cloud.fabric.space, "cloud", "udp port 4789") as wire:
        check("the gateway answers the machine's ARP and its pings", machine.pings("10.1.0.1"))
        check("pings with a full packet (1,450 bytes) are answered", machine.pings("10.1.0.1", "-Mdo", "-s", "1422"))
    rows = wire.fields("vxlan && ip.src == 10.20.0.2", "vxlan.flags", "vxlan.vni", "udp.srcport", "udp.checksum")
    check("tshark reads what we send: I flag, VNI 5001, a source port from 49152 up (RFC 7348 section 5)",
          rows and all(int(flags[0], 0) == 0x0800 and vnis[0] == "5001" and int(ports[0]) >= 49152 for flags, vnis, ports, _ in rows), rows[:3])

    # Between hosts nothing floods: machines of one subnet meet over the gateway when their host sends it there.
    machine.ip("neigh replace 10.1.0.32 lladdr 02:00:5e:00:00:01 dev eth0")
    other.ip("neigh replace 10.1.0.31 lladdr 02:00:5e:00:00:01 dev eth0")
    check("one machine reaches the other through the gateway, tunnel to tunnel", machine.pings("10.1.0.32"))

    before = node.dropped()
    host = cloud.hosts[0].host
    host.ip("link add vx6001 type vxlan id 6001 local 10.20.0.11 dstport 4789 nolearning")
    host.link("vx6001", ["10.9.0.1/24"])
    host.run("bridge", "fdb", "append", "00:00:00:00:00:00", "dev", "vx6001", "dst", "10.20.0.2")
    host.pings("10.9.0.2")
    wait_until("a foreign VNI dies as vni_unknown", lambda: node.dropped().get("vni_unknown", 0) > before.get("vni_unknown", 0))
    check("a foreign VNI dies as vni_unknown", True)
    pcap = rig.directory / "last-drops.pcap"
    last = node.ctl("drops", "--last", "--pcap", pcap)["drops"]
    check("the last drops name reason, stage and interface", any((drop["reason"], drop["stage"], drop["interface"]) ==
          ("vni_unknown", "vxlan", "fabric") for drop in last), last[:2])
    seen = run("tshark", "-n", "-r", pcap, "-Y", "vxlan.vni == 6001", "-T", "fields", "-e", "ip.src").split()
    check("and tshark reads the packet itself from the file they were written to", any("10.20.0.11" in row for row in seen), seen)
    check("an ARP for a machine that another host should answer is arp_unanswered",
          not machine.pings("10.1.0.99") and node.dropped().get("arp_unanswered", 0) > before.get("arp_unanswered", 0), node.dropped())
