"""The profiles for a tester of its own, with real NICs: for each one a capture file and a Lua script for Pktgen-DPDK, and the
configuration of the node between."""
import shutil
from pathlib import Path

import frames
import profiles

HERE = Path(__file__).resolve().parent


def script(profile):
    name = f"{profile.name}.pcap"
    return f"""-- {profile.name}: {profile.says}; {profile.flows} flows, into the node's port {profiles.PORTS[profile.port]}.
--   pktgen -l 0-2 -a PCI-TO-INSIDE -a PCI-TO-INTERNET -- -P -m 1.0,2.1 -s {profile.port}:{name} -f {profile.name}.lua
profile = {{ name = "{profile.name}", port = "{profile.port}", percent = 10, seconds = 30 }}
local here = string.match(debug.getinfo(1, "S").source, "^@(.*/)") or ""
dofile(here .. "once.lua")
"""


def export(folder, devices):
    """`devices`: of the node's ports inside and internet. Returns the names of what was written."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    described = [profile for profile in profiles.PROFILES.values() if profile.make]
    for profile in described:
        frames.write_capture(folder / f"{profile.name}.pcap", map(profile.make, range(profile.flows)))
        (folder / f"{profile.name}.lua").write_text(script(profile), encoding="utf-8")
    for shared in ("counts.lua", "once.lua"):
        shutil.copy(HERE / shared, folder)
    node = profiles.configuration("gw1", "sluice", devices, hugepages="1GiB", idle="poll")
    (folder / "node.yaml").write_text(node, encoding="ascii")
    return sorted(path.name for path in folder.iterdir())
