"""tools/bind on machines made of files: what it tells of each device, and that it never says "harmless" of the way in."""
import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

BIND = Path(__file__).resolve().parents[3] / "tools/bind"
NIC, OTHER = "0000:3b:00.0", "0000:3b:00.1"


class Machine:
    """A folder with /sys and with an `ip` and an `ss` that say what the test wants."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.links, self.routes, self.ssh = [], [], ""

    def nic(self, address, driver, interface=None, group="40", below=""):
        device = self.folder / "sys/bus/pci/devices" / address
        device.mkdir(parents=True)
        (device / "class").write_text("0x020000\n")
        (device / "numa_node").write_text("0\n")
        if driver:
            (device / "driver").symlink_to(f"../../../bus/pci/drivers/{driver}")
        if interface:
            (device / below / "net" / interface).mkdir(parents=True)
        if group:
            (device / "iommu_group").symlink_to(f"../../../kernel/iommu_groups/{group}")
            (self.folder / "sys/kernel/iommu_groups" / group / "devices" / address).mkdir(parents=True)

    def link(self, name, *addresses, **more):
        entries = [{"local": local, "prefixlen": 24, "scope": "global"} for local in addresses]
        self.links.append({"ifname": name, "addr_info": entries, **more})

    def bind(self, *words):
        self._program("ip", f"case \"$*\" in *'-4 route'*) echo '{json.dumps(self.routes)}' ;; *address*) echo '{json.dumps(self.links)}' ;; *) echo '[]' ;; esac")
        self._program("ss", f"printf '{self.ssh}'")
        environment = {"PATH": f"{self.folder}/bin:{os.environ['PATH']}"}
        done = subprocess.run([BIND, "--root", self.folder, *words], capture_output=True, text=True, env=environment, check=False)
        return done.returncode, done.stdout + done.stderr

    def _program(self, name, body):
        file = self.folder / "bin" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!/bin/sh\n{body}\n")
        file.chmod(0o755)


class Bind(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.machine = Machine(folder.name)

    def test_a_device_of_the_kernel_that_nothing_hangs_on(self):
        self.machine.nic(NIC, "i40e", "eth2")
        self.machine.link("eth2")
        status, said = self.machine.bind(NIC)
        self.assertEqual(status, 0)
        self.assertEqual(said, f"{NIC}: i40e, eth2, NUMA node 0\n  to hand it over:\n"
                               f"    modprobe vfio-pci && dpdk-devbind.py --bind=vfio-pci {NIC}\n"
                               f"  back to the kernel:\n    dpdk-devbind.py --bind=i40e {NIC}\n")

    def test_the_interface_that_the_session_and_the_default_route_use(self):
        self.machine.nic(NIC, "ixgbe", "eth0")
        self.machine.link("eth0", "192.0.2.7")
        self.machine.routes = [{"dst": "default", "dev": "eth0"}]
        self.machine.ssh = "0 0 192.0.2.7:22 198.51.100.9:50022\\n"
        status, said = self.machine.bind("3B:00.0")  # without its domain
        self.assertEqual(status, 1)
        self.assertIn("  CUTS OFF: an SSH session to 192.0.2.7\n", said)
        self.assertIn("  CUTS OFF: the default route through eth0\n", said)
        self.assertIn("  takes away: the address 192.0.2.7/24 of eth0\n", said)

    def test_a_session_through_a_vlan_on_a_bond_of_the_interface(self):
        self.machine.nic(NIC, "ixgbe", "eth0")
        self.machine.link("eth0", master="bond0")
        self.machine.link("bond0")
        self.machine.link("bond0.7", "192.0.2.7", link="bond0")
        self.machine.ssh = "0 0 [::ffff:192.0.2.7]:22 [::ffff:198.51.100.9]:50022\\n"
        status, said = self.machine.bind(NIC)
        self.assertEqual(status, 1)
        self.assertIn("  CUTS OFF: an SSH session to 192.0.2.7\n", said)
        self.assertIn("  takes away: bond0.7, which stands on it\n", said)

    def test_a_virtual_machine_s_device_has_its_interface_one_folder_deeper(self):
        self.machine.nic(NIC, "virtio-pci", "eth0", below="virtio1")
        self.machine.link("eth0", "192.0.2.7")
        self.assertIn("the address 192.0.2.7/24 of eth0", self.machine.bind(NIC)[1])

    def test_devices_that_are_handed_over_or_need_not_be(self):
        self.machine.nic(NIC, "vfio-pci")
        self.machine.nic(OTHER, "mlx5_core", "eth3")
        status, said = self.machine.bind()
        self.assertEqual(status, 0)
        self.assertIn(f"{NIC}: vfio-pci, NUMA node 0\n  is handed over; back to the kernel:\n", said)
        self.assertIn(f"{OTHER}: mlx5_core, eth3, NUMA node 0\n  stays with its kernel driver", said)

    def test_groups_and_their_absence(self):
        self.machine.nic(NIC, "i40e")
        self.machine.nic(OTHER, "i40e")
        self.assertIn(f"IOMMU group 40 is handed over as a whole: {OTHER}\n", self.machine.bind(NIC)[1])
        self.machine.nic("0000:3c:00.0", "", group="")
        said = self.machine.bind("0000:3c:00.0")[1]
        self.assertIn("no driver", said)
        self.assertIn("there is no IOMMU group", said)

    def test_what_is_not_there(self):
        status, said = self.machine.bind(NIC)
        self.assertEqual((status, said), (1, f"{NIC}: there is no such PCI device\n"))
        self.assertEqual(self.machine.bind(), (0, "this machine has no PCI network device\n"))

    def test_nothing_is_changed(self):
        self.machine.nic(NIC, "i40e", "eth2")
        before = sorted(path for path in (self.machine.folder / "sys").rglob("*"))
        self.machine.bind()
        self.assertEqual(before, sorted(path for path in (self.machine.folder / "sys").rglob("*")))
        self.assertEqual((self.machine.folder / "sys/bus/pci/devices" / NIC / "driver").readlink().name, "i40e")


if __name__ == "__main__":
    unittest.main()
