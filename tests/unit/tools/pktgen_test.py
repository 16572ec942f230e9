"""tools/pktgen without a node: the frames as scapy reads them, the search on devices of known speed, and books that do not
balance. The build sets SLUICECTL."""
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "tools/pktgen"), str(ROOT / "tests/net_tap")]

import frames
import profiles
from export import export
from accounts import Books, Run
from generators import Sent
from search import zero_loss_rate

from scapy.contrib.gtp import GTP_U_Header
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether
from scapy.layers.vxlan import VXLAN
from scapy.utils import rdpcap


def read(frame):
    packet = Ether(frame)
    for layer in (packet[IP], packet.getlayer(IP, 2)):
        if layer is None:
            continue
        rebuilt = IP(bytes(layer))
        del rebuilt.chksum
        assert IP(bytes(rebuilt)).chksum == layer.chksum
    return packet


DESCRIBED = [profile for profile in profiles.PROFILES.values() if profile.make]


class Frames(unittest.TestCase):
    def frames_of(self, name, flows=200):
        return [read(profiles.PROFILES[name].make(flow)) for flow in range(flows)]

    def test_every_profile_has_as_many_flows_as_it_says(self):
        for profile in DESCRIBED:
            flows = min(profile.flows, 4096)
            self.assertEqual(len({profile.make(flow)[14:] for flow in range(flows)}), flows, profile.name)

    def test_every_frame_is_for_the_node_and_ends_in_its_innermost_payload(self):
        for profile in DESCRIBED:
            for packet in self.frames_of(profile.name, 24):
                self.assertEqual(packet.dst, profiles.NODE_MACS[profile.port])
                inner = packet.getlayer(IP, 2) or packet[IP]
                self.assertEqual(inner[UDP].chksum, 0)
                self.assertGreaterEqual(inner[UDP].len - 8, 16)  # room for a stamp
                self.assertTrue(bytes(packet).endswith(bytes(inner[UDP].payload)))
                self.assertEqual(len(bytes(packet)), 14 + packet[IP].len)  # no padding behind it

    def test_nat_and_imix(self):
        for packet in self.frames_of("nat-out"):
            self.assertEqual((packet[IP].src.rsplit(".", 1)[0], packet[IP].dst.rsplit(".", 1)[0]), ("10.100.0", "192.0.2"))
        sizes = [packet[IP].len for packet in self.frames_of("imix", 12)]
        self.assertEqual([sizes.count(size) for size in (46, 576, 1500)], [7, 4, 1])

    def test_vxlan(self):
        for packet in self.frames_of("vxlan-decap"):
            self.assertEqual((packet[IP].src, packet[UDP].dport, packet[VXLAN].vni), ("10.20.0.11", 4789, 5001))
            self.assertTrue(packet[VXLAN].flags.Instance)
            self.assertEqual(packet[VXLAN][Ether].dst, "02:00:5e:00:00:01")

    def test_gtpu_has_the_phone_s_own_teid(self):
        for name, destination in (("gtpu-uplink", "192.0.2."), ("journey", "203.0.113.80")):
            for packet in self.frames_of(name):
                phone = int(packet.getlayer(IP, 2).src.rsplit(".", 1)[1])
                self.assertEqual(packet[GTP_U_Header].teid, 0x1000 + phone)
                self.assertEqual(packet[GTP_U_Header].length, packet.getlayer(IP, 2).len)
                self.assertTrue(packet.getlayer(IP, 2).dst.startswith(destination))

    def test_the_internet_answers_to_the_public_address_that_a_session_was_given(self):
        session = {"destination": "192.0.2.5", "destination_port": 4500, "new_source": "203.0.113.66", "new_source_port": 2051}
        packet = read(profiles.answer_to(session))
        self.assertEqual((packet.dst, packet[IP].src, packet[UDP].sport, packet[IP].dst, packet[UDP].dport),
                         (profiles.NODE_MACS[profiles.INTERNET], "192.0.2.5", 4500, "203.0.113.66", 2051))

    def test_a_capture_is_read_back_as_it_was_written(self):
        written = [profiles.PROFILES["imix"].make(flow) for flow in range(12)]
        with tempfile.NamedTemporaryFile() as file:
            frames.write_capture(file.name, written)
            self.assertEqual([bytes(packet) for packet in rdpcap(file.name)], written)


class Configurations(unittest.TestCase):
    def check(self, file):
        done = subprocess.run([os.environ["SLUICECTL"], "check", file], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        self.assertNotIn("warning", done.stdout)

    def test_an_export_has_a_script_and_frames_of_each_profile_and_a_node_without_errors(self):
        with tempfile.TemporaryDirectory() as folder:
            names = export(folder, ["0000:3b:00.0", "0000:3b:00.1"])
            for profile in DESCRIBED:
                self.assertIn(f"{profile.name}.pcap", names)
                script = (Path(folder) / f"{profile.name}.lua").read_text(encoding="utf-8")
                self.assertIn(f'port = "{profile.port}"', script)
                self.assertIn(f"-s {profile.port}:{profile.name}.pcap", script)
            self.assertTrue({"once.lua", "counts.lua"} <= set(names))
            self.check(Path(folder) / "node.yaml")

    def test_the_node_between_two_links_has_no_errors(self):
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(profiles.configuration("n", "n", list(map(profiles.memif, (0, 1), ("/run/a", "/run/b")))))
            file.flush()
            self.check(file.name)


def device(capacity, generator=1e9):
    """Loses what is above its capacity; the generator does no more than it can."""
    def trial(rate, seconds):
        sent = int(min(rate, generator) * seconds)
        return Run(Sent(sent, min(sent, int(capacity * seconds)), 0, seconds, {}), Books({}))
    return trial


class Search(unittest.TestCase):
    def test_the_rate_is_found_from_below(self):
        for capacity in (100_000, 1_000_000, 7_900_000):
            found = zero_loss_rate(device(capacity), 8e6, 1, repeats=3)
            self.assertLessEqual(found.rate, capacity)
            self.assertGreater(found.rate, 0.85 * capacity)
            self.assertEqual(len(found.confirmed), 3)
            self.assertTrue(all(run.lost == 0 for run in found.confirmed))

    def test_a_device_that_never_loses_is_as_fast_as_the_generator(self):
        found = zero_loss_rate(device(1e9, generator=2e6), 8e6, 1)
        self.assertLessEqual(found.rate, 2e6)
        self.assertGreater(found.rate, 1.8e6)

    def test_a_rate_that_does_not_hold_is_lowered(self):
        calls = []

        def tiring(rate, seconds):
            calls.append(rate)
            return device(900_000 if len(calls) > 8 else 1_000_000)(rate, seconds)

        found = zero_loss_rate(tiring, 8e6, 1)
        self.assertGreater(calls[8], 900_000)  # what the search ended at did not hold
        self.assertLessEqual(found.rate, 900_000)
        self.assertGreater(found.rate, 800_000)

    def test_a_device_that_always_loses_has_no_rate(self):
        found = zero_loss_rate(device(0), 8e6, 1)
        self.assertEqual((found.rate, found.confirmed), (0.0, []))


def run(sent=100, got=90, generator_missed=0, node_missed=0, drops=None, **law):
    terms = dict.fromkeys(("received", "injected", "originated", "sent", "dropped", "punted", "consumed", "held"), 0)
    return Run(Sent(sent, got, generator_missed, 1.0, {}), Books(terms | law, drops or {}, node_missed))


class Accounts(unittest.TestCase):
    def test_books_that_balance(self):
        exact = run(received=98, node_missed=2, sent=100, got=90, drops={"tx_queue_full": 3, "table_full": 5}, dropped=8)
        exact.books.law["sent"] = 90
        self.assertEqual(exact.wrong, [])
        self.assertEqual(exact.lost, sum(exact.named_loss().values()))

    def test_each_frame_without_a_name_is_found(self):
        def balanced():
            books = run(received=100, drops={"tx_queue_full": 10}, dropped=10)
            books.books.law["sent"] = 90
            return books

        self.assertEqual(balanced().wrong, [])
        for spoil, words in (
                (lambda one: one.books.law.update(received=99), "generator sent 100 = node received 99"),
                (lambda one: setattr(one.sent, "received", 89), "generator received 89"),
                (lambda one: one.books.law.update(dropped=9), "the node's law: 100 = 99"),
                (lambda one: one.books.drops.update(tx_queue_full=9), "drops 10 are those of the reasons 9")):
            spoilt = balanced()
            spoil(spoilt)
            self.assertTrue(any(words in sentence for sentence in spoilt.wrong), (words, spoilt.wrong))


if __name__ == "__main__":
    unittest.main()
