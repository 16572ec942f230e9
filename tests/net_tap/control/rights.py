"""After its start a node holds no more than it needs: capabilities, sockets, forwarding; and who may not change it cannot."""
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

from lib import gateways
from lib.node import Node, Port
from lib.shell import wait_until

NOBODY = 65534
NOTHING, DAC_READ_SEARCH, NET_ADMIN, SYS_ADMIN = 0, 1 << 2, 1 << 12, 1 << 21  # capability.h


def ask(rig, check):
    peer = rig.namespace("peer")
    node = Node(rig, "rights", gateways.plain(("left", "10.1.0.1/24")), [Port("left", peer, "left", ["10.1.0.2/24"])])
    node.kernel.run("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1", "net.ipv4.conf.all.rp_filter=1")
    node.start()
    switches = node.kernel.run("sysctl", "-n", "net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding", "net.ipv4.conf.all.rp_filter").split()
    check.equal("the node's namespace neither forwards nor filters by the reverse path, whatever was set before", switches, ["0", "0", "0"])

    # Each thread gives up its own; DPDK's own does when its first alarm runs.
    wait_until("the dataplane's threads keep NET_ADMIN (main, DPDK's events) or nothing",
               lambda: sorted(capabilities(node.dataplane.pid)) == [NOTHING] * 3 + [NET_ADMIN] * 2, timeout=5)
    check("the dataplane's threads keep NET_ADMIN (main, DPDK's events) or nothing (worker, exception path, tables)", True)
    check.equal("the control process's threads keep DAC_READ_SEARCH (files that are applied), NET_ADMIN (mirror, presence) or nothing "
                "(checks, FRR's, registries', events)", sorted(capabilities(node.control.pid)), [NOTHING, NOTHING, NOTHING, NOTHING, DAC_READ_SEARCH, NET_ADMIN, NET_ADMIN])
    check("one of the threads without capabilities is FRR's user", sorted(set(users(node.control.pid))) == sorted({0, pwd.getpwnam("frr").pw_uid}), users(node.control.pid))
    helpers = Path(f"/proc/{node.control.pid}/task/{node.control.pid}/children").read_text().split()
    check.equal("its one child, which makes the namespaces of VPCs, keeps SYS_ADMIN", [capabilities(pid) for pid in helpers], [[SYS_ADMIN]])

    folder = Path("/run/sluice") / node.name
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.glob("*.sock")}
    check.equal("both sockets are for their owner and its group", modes, {"control.sock": 0o660, "dataplane.sock": 0o660})
    strangers(rig, check, node)


def capabilities(pid):
    """What each thread of a process may do now."""
    return [int(line.split()[1], 16) for status in Path(f"/proc/{pid}/task").glob("*/status")
            for line in status.read_text().splitlines() if line.startswith("CapEff:")]


def users(pid):
    """The effective user of each thread."""
    return [int(line.split()[2]) for status in Path(f"/proc/{pid}/task").glob("*/status")
            for line in status.read_text().splitlines() if line.startswith("Uid:")]


def strangers(rig, check, node):
    """As another user: a stranger reads nothing; in the sockets' group one reads, and changes nothing."""
    with tempfile.TemporaryDirectory() as folder:  # where a stranger can come, and programs may run
        os.chmod(folder, 0o755)
        program = shutil.copy(rig.program("sluicectl"), folder)
        file = shutil.copy(node.file, folder)

        def says(group, *words):
            result = subprocess.run([program, "--node", node.name, *words], capture_output=True, text=True, check=False, user=NOBODY, group=group, extra_groups=[])
            return result.returncode, result.stdout + result.stderr

        status, said = says(NOBODY, "status")
        check("a stranger gets no answer", status == 3, said)
        status, said = says(os.stat(f"/run/sluice/{node.name}/control.sock").st_gid, "ports")
        check("one of the group reads", status == 0 and "left" in said, said)
        for words in (("apply", file), ("diff", file), ("rollback", "1"), ("drain", "backend", "order", "10.1.0.31")):
            status, said = says(os.stat(f"/run/sluice/{node.name}/control.sock").st_gid, *words)
            check(f"and is refused {words[0]}", status == 1 and "root" in said, said)
