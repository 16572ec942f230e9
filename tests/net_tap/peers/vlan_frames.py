#!/usr/bin/python3 -B
"""A station on a VLAN, made by scapy: vlan_frames.py LINK GATEWAY_MAC arp|ADDRESS [VLAN].

`arp` asks for the gateway's address; an ADDRESS is pinged through the gateway. Answers ARP for itself meanwhile. Prints
what came back as JSON."""
import json
import sys
import time

from scapy.all import ARP, ICMP, IP, AsyncSniffer, Dot1Q, Ether, sendp

OWN, OWN_MAC, GATEWAY = "10.3.0.2", "02:52:00:00:00:77", "10.3.0.1"


def main():
    link, mac, what = sys.argv[1:4]
    vlan = int(sys.argv[4]) if len(sys.argv) > 4 else 310
    seen = []

    def judge(frame):
        if frame[Ether].src == OWN_MAC or Dot1Q not in frame:
            return
        if ARP in frame and frame[ARP].op == 1 and frame[ARP].pdst == OWN:
            tag = Dot1Q(vlan=frame[Dot1Q].vlan)
            sendp(Ether(dst=mac, src=OWN_MAC) / tag / ARP(op=2, hwsrc=OWN_MAC, psrc=OWN, hwdst=mac, pdst=frame[ARP].psrc),
                  iface=link, verbose=False)
        elif ARP in frame and frame[ARP].op == 2 and what == "arp":
            seen.append({"vlan": frame[Dot1Q].vlan, "from": frame[ARP].psrc, "mac": frame[ARP].hwsrc})
        elif ICMP in frame and frame[ICMP].type == 0 and frame[Ether].dst == OWN_MAC and what != "arp":
            seen.append({"vlan": frame[Dot1Q].vlan, "from": frame[IP].src})

    sniffer = AsyncSniffer(iface=link, prn=judge, store=False)
    sniffer.start()
    time.sleep(0.3)  # until it listens
    if what == "arp":
        question = Ether(dst="ff:ff:ff:ff:ff:ff", src=OWN_MAC) / Dot1Q(vlan=vlan) / ARP(psrc=OWN, hwsrc=OWN_MAC, pdst=GATEWAY)
    else:
        question = Ether(dst=mac, src=OWN_MAC) / Dot1Q(vlan=vlan) / IP(src=OWN, dst=what) / ICMP(id=77)
    sendp(question, iface=link, verbose=False)
    until = time.monotonic() + 2
    while not seen and time.monotonic() < until:
        time.sleep(0.02)
    sniffer.stop()
    print(json.dumps(seen[0] if seen else None))


if __name__ == "__main__":
    main()
