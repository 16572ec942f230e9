"""G-PDUs, echoes and extension headers made by scapy; what the gateway answers is read by tshark's dissector."""

from lib import gateways
from lib.capture import Capture
from lib.shell import wait_until
from lib.topology import Internet, MobileSide


def ask(rig, check):
    internet = Internet(rig)
    mobile = MobileSide(rig, internet)
    node, radio = mobile.node, mobile.radio.radio
    node.start()
    internet.routes_to_mobile()
    wait_until("the gateway answers on n3", lambda: radio.pings("10.30.0.1"))

    with Capture(radio, "n3", "udp port 2152") as wire:
        said = radio.peer("gtpu_frames.py", f"{gateways.TEID:#x}")
    check.equal("an echo request is answered with its sequence number (TS 29.281 section 7.2.2)", said["echo"], {"type": 2, "seq": 4711})
    for kind in ("plain", "sequence", "container", "n_pdu"):
        check.equal(f"a ping in a G-PDU ({kind}) is answered in one with the peer's TEID", said[kind],
                    {"teid": gateways.PEER_TEID, "from": "192.0.2.9", "to": "100.64.0.7", "id": 77})
    rows = wire.fields("ip.src == 10.30.0.1 && gtp.message == 0xff", "gtp.flags.version", "gtp.flags.payload", "gtp.length", "udp.length", "_ws.malformed")
    check("tshark's dissector finds nothing wrong with our G-PDUs: version 1, PT 1, the length that UDP has less 16",
          len(rows) >= 4 and all(version == ["1"] and payload == ["1"] and int(length[0]) == int(udp[0]) - 16 and malformed == [""]
                                 for version, payload, length, udp, malformed in rows), rows[:3])

    drops = node.dropped()
    wanted = {"teid_unknown": 1, "ue_address_mismatch": 1, "version_unknown": 1, "not_gtp": 1, "length_mismatch": 1, "message_unknown": 1,
              "extension_malformed": 1}
    check.equal("each wrong one died under its own name", {name: drops.get(name, 0) for name in wanted}, wanted)
