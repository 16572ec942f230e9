"""The radio side: a phone on a veth, a Linux router as base station, and the GTP-U peer behind a TUN device.

The phone keeps its 1,500 bytes; the router in front of the TUN device knows that 36 of them go to the tunnel and answers
what is too big, as a base station does."""
import json
import re
import signal

from .namespace import connect
from .shell import wait_until

PHONE = "100.64.0.7"
RADIO_ADDRESS = "10.30.0.9"


class Radio:
    def __init__(self, rig, gateway="10.30.0.1", uplink_teid=0x1001, downlink_teid=0x2001):
        self.rig = rig
        self.gateway = gateway
        self.uplink_teid = uplink_teid
        self.downlink_teid = downlink_teid
        self.phone = rig.namespace("phone")
        self.radio = rig.namespace("radio", forwarding=True)
        self.process = None
        connect(self.phone, "eth0", self.radio, "phone")
        self.phone.link("eth0", [f"{PHONE}/32"])
        self.radio.link("phone", ["100.64.0.1/32"])
        self.phone.ip("route add 100.64.0.1 dev eth0")
        self.phone.ip("route add default via 100.64.0.1")
        self.radio.ip(f"route add {PHONE} dev phone")

    def start(self):
        """Once the n3 link is there: the peer binds to our address on it."""
        session = f"{PHONE},{self.uplink_teid:#x},{self.downlink_teid:#x}"
        self.process = self.radio.start("radio", self.rig.program("gtpu_peer"), "gtp0", RADIO_ADDRESS, self.gateway, session)
        wait_until("radio: TUN device", lambda: self.radio.succeeds("ip", "link", "show", "gtp0"))
        self.radio.link("gtp0", mtu=1464)
        self.radio.ip("route add default dev gtp0")

    def counts(self):
        """What the peer has counted up to now."""
        before = len(self._reports())
        self.process.signal(signal.SIGUSR1)
        wait_until("radio: counts", lambda: len(self._reports()) > before)
        return json.loads(self._reports()[-1])

    def _reports(self):
        return re.findall(r"^\{.*\}$", self.process.output(), re.MULTILINE)
